import type { AppliedSchedules } from './applied-schedules.ts'
import { HostIdList } from './host-id-list.ts'
import type { HostId } from './ids.ts'
import { REACHABILITY_STATUSES, type ReachabilityStatus } from './reachability.ts'
import type { SchedulePolicy } from './schedule-plan.ts'
import { roomFor } from './typed-arrays.ts'

/** Everything that a run of the fan-out reads: one state of the database. */
export type FleetSnapshot = {
  readonly hosts: SnapshotHosts
  readonly policy: SchedulePolicy
  readonly applied: AppliedSchedules
}

/** A live host. */
export type SnapshotHost = {
  readonly id: HostId
  /** `unknown` when the host was never probed. */
  readonly status: ReachabilityStatus
  /**
   * When the host began to wait for its next probe: at its last probe, or when it joined or started anew, or when the
   * system was installed. In ms since the epoch.
   */
  readonly waitingSinceMs: number
  /** Whether no probe of it is made for as long as its address and the policy stay as they are. */
  readonly isUnprobeable: boolean
  /** Whether the host is under maintenance. */
  readonly isInMaintenance: boolean
}

/** Set in the byte of a host's status if the host is unprobeable. */
const UNPROBEABLE = 0x80
/** Set there if the host is under maintenance. */
const IN_MAINTENANCE = 0x40

/** The live hosts, at 25 bytes each: as objects, a million of them do not fit into the memory of the fan-out. */
export class SnapshotHosts {
  readonly ids: HostIdList
  #statuses: Uint8Array
  #waitingSinceMs: Float64Array

  /** @param capacity how many hosts fit in before their data is copied to larger arrays. */
  constructor(capacity = 0) {
    this.ids = new HostIdList(capacity)
    this.#statuses = new Uint8Array(capacity)
    this.#waitingSinceMs = new Float64Array(capacity)
  }

  /** These hosts, in their order. */
  static of(hosts: readonly SnapshotHost[]): SnapshotHosts {
    const list = new SnapshotHosts(hosts.length)
    for (const host of hosts) list.push(host)
    return list
  }

  get length(): number {
    return this.ids.length
  }

  push({ id, status, waitingSinceMs, isUnprobeable, isInMaintenance }: SnapshotHost): void {
    const index = this.length
    this.#statuses = roomFor(this.#statuses, index + 1, (length) => new Uint8Array(length))
    this.#waitingSinceMs = roomFor(this.#waitingSinceMs, index + 1, (length) => new Float64Array(length))
    this.#statuses[index] =
      REACHABILITY_STATUSES.indexOf(status) |
      (isUnprobeable ? UNPROBEABLE : 0) |
      (isInMaintenance ? IN_MAINTENANCE : 0)
    this.#waitingSinceMs[index] = waitingSinceMs
    this.ids.push(id)
  }

  statusAt(index: number): ReachabilityStatus {
    return REACHABILITY_STATUSES[(this.#statuses[index] ?? 0) & ~(UNPROBEABLE | IN_MAINTENANCE)] ?? 'unknown'
  }

  isUnprobeableAt(index: number): boolean {
    return ((this.#statuses[index] ?? 0) & UNPROBEABLE) !== 0
  }

  isInMaintenanceAt(index: number): boolean {
    return ((this.#statuses[index] ?? 0) & IN_MAINTENANCE) !== 0
  }

  waitingSinceMsAt(index: number): number {
    return this.#waitingSinceMs[index] ?? Number.NaN
  }
}
