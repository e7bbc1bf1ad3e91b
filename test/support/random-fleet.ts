import fc from 'fast-check'
import { HostIdList } from '../../shared/domain/host-id-list.ts'
import { type HostId, parseHostId } from '../../shared/domain/ids.ts'
import { planSchedules, type SchedulePolicy } from '../../shared/domain/schedule-plan.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'

export type Host = { readonly id: HostId }

let nextSeed: number | undefined

/** Ids as `gen_random_uuid()` makes them, others for each call. The first seed of a file is printed. */
export function randomFleet(count: number): Host[] {
  if (nextSeed === undefined) {
    nextSeed = Date.now()
    process.stdout.write(`seed of the random fleets: ${nextSeed}\n`)
  }
  const ids = fc.sample(fc.uuid({ version: 4 }), { numRuns: count, seed: nextSeed++ })
  return ids.map((id) => ({ id: parseHostId(id) }))
}

/** Ids that count up, the worst case for a hash. */
export function sequentialFleet(count: number): Host[] {
  return Array.from({ length: count }, (_, i) => ({
    id: parseHostId(`0190a1b2-c3d4-7e5f-8a6b-${i.toString(16).padStart(12, '0')}`),
  }))
}

/** All schedules of the plan at once. */
export const planOf = (hosts: readonly Host[], policy: SchedulePolicy): ScheduleSpec[] => [
  ...planSchedules(HostIdList.of(hosts.map(({ id }) => id)), policy),
]
