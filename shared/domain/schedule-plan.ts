import { clampIntervalMs, MINUTE_MS, periodMinutes as periodMinutesOf, phaseMs } from './cadence.ts'
import type { HostIdList } from './host-id-list.ts'
import type { HostId } from './ids.ts'
import { type LazyList, lazyList } from './lazy-list.ts'
import { type Bucket, findBucket, packBuckets } from './schedule-buckets.ts'
import { MAX_HOSTS_PER_INVOCATION, type ScheduleSpec } from './schedules.ts'

export type SchedulePolicy = {
  /** The interval before jitter. */
  readonly intervalMs: number
  /** 1 to 500. From some thousands of hosts on, one invocation per host costs about twenty times more than buckets. */
  readonly hostsPerSchedule: number
}

/**
 * The schedules that the fleet should have, whatever the order of the hosts. They are made as they are asked for:
 * with their hosts, those of a million hosts do not fit into the memory of the fan-out.
 */
export function planSchedules(hosts: HostIdList, policy: SchedulePolicy): LazyList<ScheduleSpec> {
  const intervalMs = clampIntervalMs(policy.intervalMs)
  const most = mostHosts(policy)
  if (most === 1) return lazyList(hosts.length, (i) => scheduleOfItsOwn(hosts.at(i), intervalMs))
  const buckets = packBuckets(hosts, intervalMs, most)
  return lazyList(buckets.length, (i) => scheduleOfBucket(buckets.at(i)))
}

/** The schedule of the plan that has this host, which must be one of the fleet's. Much cheaper than the whole plan. */
export function scheduleOfHost(hostId: HostId, hosts: HostIdList, policy: SchedulePolicy): ScheduleSpec {
  const intervalMs = clampIntervalMs(policy.intervalMs)
  if (!sharesSchedules(policy)) return scheduleOfItsOwn(hostId, intervalMs)
  return scheduleOfBucket(findBucket(hostId, hosts, intervalMs, mostHosts(policy)))
}

/** Whether hosts share schedules: then how many others there are decides which of them share one. */
export const sharesSchedules = (policy: SchedulePolicy): boolean => mostHosts(policy) > 1

const mostHosts = ({ hostsPerSchedule }: SchedulePolicy): number =>
  Math.min(MAX_HOSTS_PER_INVOCATION, Math.max(1, Math.floor(hostsPerSchedule)))

function scheduleOfItsOwn(id: HostId, intervalMs: number): ScheduleSpec {
  const periodMinutes = periodMinutesOf(intervalMs, id)
  return {
    name: `h-${id}`,
    periodMinutes,
    phaseMs: phaseMs(id, periodMinutes * MINUTE_MS),
    hostIds: [id],
  }
}

function scheduleOfBucket({ periodMinutes, depth, remainder, slice, hostIds }: Bucket): ScheduleSpec {
  const suffix = slice === null ? '' : `-${slice}`
  return {
    name: `b-${periodMinutes}m-${depth}-${remainder.toString(16)}${suffix}`,
    periodMinutes,
    phaseMs: Math.floor(mirrored(depth, remainder) * periodMinutes * MINUTE_MS),
    hostIds: hostIds.toSorted(),
  }
}

/** The bits of the remainder, mirrored at the point: buckets of one depth lie evenly in [0, 1). */
function mirrored(depth: number, remainder: number): number {
  let position = 0
  for (let bit = 0; bit < depth; bit++) position += ((remainder >>> bit) & 1) / 2 ** (bit + 1)
  return position
}
