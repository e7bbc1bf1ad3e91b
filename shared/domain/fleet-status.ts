import { JITTER_FRACTION } from './cadence.ts'
import { isUnprobeable } from './inconclusive.ts'
import type { ReachabilityStatus } from './reachability.ts'

const SECONDS_PER_MINUTE = 60

/** Hosts with the same state and the same reason for the last attempt without a result. */
export type HostGroup = {
  readonly state: ReachabilityStatus
  readonly reason: string | null
  readonly hosts: number
  /** Of them, hosts that have waited longer than any period, and a minute more because Scheduler fires anywhere in one. */
  readonly late: number
}

export type FleetCounts = Readonly<Record<ReachabilityStatus, number>> & {
  /** Of all hosts, those whose address may not be probed: they are never overdue. */
  readonly unprobeable: number
  readonly overdue: number
}

/** After how many seconds without a probe a host is overdue, whatever its jitter. */
export const overdueSeconds = (intervalSeconds: number): number =>
  intervalSeconds * (1 + JITTER_FRACTION) + SECONDS_PER_MINUTE

/** Counts the hosts of all groups. */
export function countHosts(groups: readonly HostGroup[]): FleetCounts {
  const counts = { reachable: 0, unreachable: 0, unknown: 0, unprobeable: 0, overdue: 0 }
  for (const { state, reason, hosts, late } of groups) {
    counts[state] += hosts
    if (reason !== null && isUnprobeable(reason)) counts.unprobeable += hosts
    else counts.overdue += late
  }
  return counts
}
