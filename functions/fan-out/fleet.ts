import { clampIntervalMs, MINUTE_MS, periodMinutes } from '../../shared/domain/cadence.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'

/** A live host, as the fan-out sees it. */
export type FleetHost = {
  readonly id: HostId
  /** `unknown` when it was never probed. */
  readonly status: ReachabilityStatus
  /** Since when it has waited to be probed: its last probe, or when it joined. In ms since the epoch. */
  readonly waitingSinceMs: number
}

export type FleetGauges = Readonly<Record<ReachabilityStatus, number>> & {
  /** How much longer than its period the most overdue host has waited; 0 when none is late. */
  readonly oldestOverdueSeconds: number
}

/** The fleet in numbers. Scheduler fires anywhere in a minute, so up to 60 s overdue is punctual. */
export function measureFleet(hosts: readonly FleetHost[], intervalMs: number, nowMs: number): FleetGauges {
  const interval = clampIntervalMs(intervalMs)
  const gauges = { unknown: 0, reachable: 0, unreachable: 0 }
  let overdueMs = 0
  for (const { id, status, waitingSinceMs } of hosts) {
    gauges[status] += 1
    const waitedMs = nowMs - waitingSinceMs
    // Who has not even waited for as long as the latest is overdue needs no hashing.
    if (waitedMs > overdueMs) {
      overdueMs = Math.max(overdueMs, waitedMs - periodMinutes(interval, id) * MINUTE_MS)
    }
  }
  return { ...gauges, oldestOverdueSeconds: Math.floor(overdueMs / 1000) }
}
