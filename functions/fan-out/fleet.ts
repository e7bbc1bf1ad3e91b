import { clampIntervalMs, MINUTE_MS, periodMinutes } from '../../shared/domain/cadence.ts'
import type { SnapshotHosts } from '../../shared/domain/fleet-snapshot.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'

/** Each host is counted once: by its state, or as one under maintenance. */
export type FleetGauges = Readonly<Record<ReachabilityStatus, number>> & {
  readonly inMaintenance: number
  /** How many of all hosts no probe is made of, because policy does not allow their address. They are never overdue. */
  readonly unprobeable: number
  /** By how many seconds the most overdue host has waited longer than its period; 0 when no host is late. */
  readonly oldestOverdueSeconds: number
  /** For how many seconds no host was probed: the shortest wait of a host that can be probed; 0 without such hosts. */
  readonly secondsWithoutProbe: number
}

/** Counts the fleet by state and finds its longest delay. Scheduler fires anywhere in a minute, so up to 60 s is punctual. */
export function measureFleet(hosts: SnapshotHosts, intervalMs: number, nowMs: number): FleetGauges {
  const interval = clampIntervalMs(intervalMs)
  const gauges = { unknown: 0, reachable: 0, unreachable: 0, inMaintenance: 0, unprobeable: 0 }
  let overdueMs = 0
  let shortestWaitMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < hosts.length; i++) {
    gauges[hosts.isInMaintenanceAt(i) ? 'inMaintenance' : hosts.statusAt(i)] += 1
    if (hosts.isUnprobeableAt(i)) {
      gauges.unprobeable += 1
      continue
    }
    const waitedMs = nowMs - hosts.waitingSinceMsAt(i)
    shortestWaitMs = Math.min(shortestWaitMs, waitedMs)
    // A host that has waited for less than the longest delay so far cannot exceed it: no need to hash its id.
    if (waitedMs > overdueMs) {
      overdueMs = Math.max(overdueMs, waitedMs - periodMinutes(interval, hosts.ids.at(i)) * MINUTE_MS)
    }
  }
  return {
    ...gauges,
    oldestOverdueSeconds: Math.floor(overdueMs / 1000),
    secondsWithoutProbe: Number.isFinite(shortestWaitMs) ? Math.max(0, Math.floor(shortestWaitMs / 1000)) : 0,
  }
}
