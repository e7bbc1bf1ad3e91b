import type { AppliedSchedules } from '../../shared/domain/fleet-snapshot.ts'
import { fnv1a64 } from '../../shared/domain/hash.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'

/** One call to Scheduler. `exists`: whether Scheduler should have the schedule already; the call copes where it is wrong. */
export type ScheduleChange =
  | {
      readonly kind: 'put'
      readonly name: string
      readonly spec: ScheduleSpec
      readonly specHash: string
      readonly exists: boolean
    }
  | { readonly kind: 'remove'; readonly name: string }

/**
 * The changes from the applied schedules to the wanted ones. Removals come last, after the schedules that take
 * their place: a host that is in both for a while is probed twice at worst.
 * @param settings a hash of what all schedules share (target, role, dead-letter queue): when it changes, all
 * schedules are rewritten.
 */
export function changesBetween(
  applied: AppliedSchedules,
  wanted: readonly ScheduleSpec[],
  settings: string,
): ScheduleChange[] {
  const puts = wanted.flatMap((spec): ScheduleChange[] => {
    const specHash = hashOf(spec, settings)
    if (applied.get(spec.name) === specHash) return []
    return [{ kind: 'put', name: spec.name, spec, specHash, exists: applied.has(spec.name) }]
  })
  const wantedNames = new Set(wanted.map(({ name }) => name))
  const removals = [...applied.keys()].filter((name) => !wantedNames.has(name))
  return [...puts, ...removals.map((name): ScheduleChange => ({ kind: 'remove', name }))]
}

const encoder = new TextEncoder()

/** 16 hex digits over all of a schedule except its start date, which differs in each write. */
function hashOf(spec: ScheduleSpec, settings: string): string {
  const text = [spec.name, spec.periodMinutes, spec.phaseMs, spec.hostIds.join(), settings].join('\n')
  return fnv1a64(encoder.encode(text)).toString(16).padStart(16, '0')
}
