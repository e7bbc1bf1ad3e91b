import type { AddressClass } from './addresses.ts'
import type { HostConnectivityChecked } from './audit-events.ts'
import type { HostId } from './ids.ts'
import type { FailureKind, HysteresisThresholds, Reachability } from './reachability.ts'

/** A host that nobody else probes for as long as the claim on it lasts, as it is now. */
export type ClaimedHost = {
  readonly hostId: HostId
  readonly address: string
  readonly port: number
  readonly reachability: Reachability
  /** The latest occurrence of a schedule that a probe was made for. */
  readonly lastScheduledFor: Date | null
}

/** What became of the hosts that were asked for, and the policy that holds for the claimed ones. */
export type ClaimedHosts = {
  readonly hosts: readonly ClaimedHost[]
  /** Hosts that somebody else is probing. */
  readonly inFlight: readonly HostId[]
  /** Hosts that are not in the fleet. */
  readonly unknown: readonly HostId[]
  readonly thresholds: HysteresisThresholds
  readonly allowedAddresses: ReadonlySet<AddressClass>
}

/** What one probe found out about a host. */
export type LivenessRecord = {
  readonly hostId: HostId
  readonly reachability: Reachability
  readonly probedAt: Date
  readonly responseMs: number | null
  readonly errorType: FailureKind | null
  readonly identification: string | null
  /** Set when the status changed. */
  readonly stateChangedAt: Date | null
  readonly scheduledFor: Date | null
}

/** Saves what an invocation found out and reports what changed, all of it or nothing. */
export type SaveProbes = (
  records: readonly LivenessRecord[],
  events: readonly HostConnectivityChecked[],
) => Promise<void>

/** Hosts to probe, and how to save the results before the claim ends. */
export type Claim = ClaimedHosts & {
  /** Aborts when the locks are lost: from then on somebody else may probe the same hosts. */
  readonly lost: AbortSignal
  readonly save: SaveProbes
}
