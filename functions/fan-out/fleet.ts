import { clampIntervalMs, MINUTE_MS, periodMinutes } from '../../shared/domain/cadence.ts'
import type { SnapshotHosts } from '../../shared/domain/fleet-snapshot.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'

export type FleetGauges = Readonly<Record<ReachabilityStatus, number>> & {
  /** How many of them no probe is made of, because policy does not allow their address. They are never overdue. */
  readonly unprobeable: number
  /** By how many seconds the most overdue host has waited longer than its period; 0 when no host is late. */
  readonly oldestOverdueSeconds: number
}

/** Counts the fleet by state and finds its longest delay. Scheduler fires anywhere in a minute, so up to 60 s is punctual. */
export function measureFleet(hosts: SnapshotHosts, intervalMs: number, nowMs: number): FleetGauges {
  const interval = clampIntervalMs(intervalMs)
  const gauges = { unknown: 0, reachable: 0, unreachable: 0, unprobeable: 0 }
  let overdueMs = 0
  for (let i = 0; i < hosts.length; i++) {
    gauges[hosts.statusAt(i)] += 1
    if (hosts.isUnprobeableAt(i)) {
      gauges.unprobeable += 1
      continue
    }
    const waitedMs = nowMs - hosts.waitingSinceMsAt(i)
    // A host that has waited for less than the longest delay so far cannot exceed it: no need to hash its id.
    if (waitedMs > overdueMs) {
      overdueMs = Math.max(overdueMs, waitedMs - periodMinutes(interval, hosts.ids.at(i)) * MINUTE_MS)
    }
  }
  return { ...gauges, oldestOverdueSeconds: Math.floor(overdueMs / 1000) }
}
