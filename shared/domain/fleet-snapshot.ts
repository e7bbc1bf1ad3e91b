import type { HostId } from './ids.ts'
import type { ReachabilityStatus } from './reachability.ts'
import type { SchedulePolicy } from './schedule-plan.ts'

/** All that a run of the fan-out knows: one state of the database. */
export type FleetSnapshot = {
  readonly hosts: readonly SnapshotHost[]
  readonly policy: SchedulePolicy
  readonly applied: AppliedSchedules
}

/** A live host. */
export type SnapshotHost = {
  readonly id: HostId
  /** `unknown` when the host was never probed. */
  readonly status: ReachabilityStatus
  /** Since when the host has waited to be probed: its last probe, or when it joined or started anew. In ms since the epoch. */
  readonly waitingSinceMs: number
}

/** What Scheduler was last told: the hash of each schedule by its name. An unfinished change has another hash. */
export type AppliedSchedules = ReadonlyMap<string, string>
