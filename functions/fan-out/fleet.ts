import { clampIntervalMs, MINUTE_MS, periodMinutes } from '../../shared/domain/cadence.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'

/** A live host, as the fan-out sees it. */
export type FleetHost = {
  readonly id: HostId
  /** `unknown` when it was never probed. */
  readonly status: ReachabilityStatus
  /** Since its last probe, or since it joined when there was none. */
  readonly waitedMs: number
}

export type FleetGauges = Readonly<Record<ReachabilityStatus, number>> & {
  /** How much longer than its period the most overdue host has waited; 0 when none is late. */
  readonly oldestOverdueSeconds: number
}

/** The fleet in numbers. Scheduler fires anywhere in a minute, so up to 60 s overdue is punctual. */
export function measureFleet(hosts: readonly FleetHost[], intervalMs: number): FleetGauges {
  const interval = clampIntervalMs(intervalMs)
  const gauges = { unknown: 0, reachable: 0, unreachable: 0 }
  let overdueMs = 0
  for (const { id, status, waitedMs } of hosts) {
    gauges[status] += 1
    // Most hosts have waited less than the latest so far even without their period: no need to hash them.
    if (waitedMs > overdueMs) {
      overdueMs = Math.max(overdueMs, waitedMs - periodMinutes(interval, id) * MINUTE_MS)
    }
  }
  return { ...gauges, oldestOverdueSeconds: Math.floor(overdueMs / 1000) }
}
