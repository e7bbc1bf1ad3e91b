import { fnv1a64 } from '../../shared/domain/hash.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'

/** What Scheduler was last told: the hash of each schedule by its name. An unfinished change has another hash. */
export type AppliedSchedules = ReadonlyMap<string, string>

/** One thing to tell Scheduler. `exists` is what it is believed to have, which the call may find to be wrong. */
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
 * What it takes to get from the schedules applied to the wanted. Nothing is removed before what takes its
 * place is there: a host in both is probed twice at worst.
 * @param settings what all schedules share (target, role, dead-letter queue): where it changes, all are rewritten.
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

/** 16 hex digits over all that matters: the first date is not part of it, because each write has another. */
function hashOf(spec: ScheduleSpec, settings: string): string {
  const text = [spec.name, spec.periodMinutes, spec.phaseMs, spec.hostIds.join(), settings].join('\n')
  return fnv1a64(encoder.encode(text)).toString(16).padStart(16, '0')
}
