import type { AddressClass } from './addresses.ts'
import type { HostConnectivityChecked } from './audit-events.ts'
import type { ChangeHistory, FlappingPolicy } from './flapping.ts'
import type { FlappingStarted } from './flapping-event.ts'
import type { SshIdentificationChanged } from './identification-event.ts'
import type { HostId } from './ids.ts'
import type { ProberSuspect } from './prober-event.ts'
import type { HoldPolicy, LatelyProbed, ProberHold } from './prober-hold.ts'
import type { FailureKind, HysteresisThresholds, Reachability } from './reachability.ts'

/** A host that nobody else probes for as long as the claim on it lasts, as it is now. */
export type ClaimedHost = {
  readonly hostId: HostId
  readonly address: string
  readonly port: number
  /** Grows when the host starts anew, as at another address; null before it was first attempted. */
  readonly incarnation: number | null
  readonly reachability: Reachability
  /** The identification of the SSH server that answered last; null before one did. */
  readonly identification: string | null
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
  readonly flapping: FlappingPolicy
  readonly hold: ProberHold
  readonly holdPolicy: HoldPolicy
  /** When the fan-out last compared the failing hosts with all others; null if it never did. */
  readonly measuredAt: Date | null
}

/** What a probe found out about a host. */
export type HostObserved = {
  readonly host: ClaimedHost
  readonly reachability: Reachability
  /** Whether the status is another one than before. */
  readonly hasChanged: boolean
  readonly responseMs: number | null
  readonly errorType: FailureKind | null
  readonly identification: string | null
}

/** What is another thing of a host than before, as it is reported. */
export type HostChange = {
  readonly host: ClaimedHost
  readonly event: HostConnectivityChecked | SshIdentificationChanged | FlappingStarted
}

/** A probe that says nothing of its host. */
export type HostInconclusive = { readonly host: ClaimedHost; readonly reason: string }

/** Everything that one invocation found out. */
export type ProbeResults = {
  readonly attemptedAt: Date
  /** The occurrence of the schedule; null for a probe that no schedule asked for. */
  readonly scheduledFor: Date | null
  readonly observed: readonly HostObserved[]
  readonly inconclusive: readonly HostInconclusive[]
  /**
   * There is at most one event of each kind for each observed host. It is not stored if the state of its host is not.
   */
  readonly changes: readonly HostChange[]
  /** Reported where this invocation began a hold. */
  readonly suspect: ProberSuspect | null
}

/** Hosts to probe, and how to save the results before the claim ends: all of them or nothing. */
export type Claim = ClaimedHosts & {
  /** Aborts when the locks are lost: from then on somebody else may probe the same hosts. */
  readonly lost: AbortSignal
  /** What is known of hosts that have changed. */
  readonly readHistories: (
    hostIds: readonly HostId[],
    at: Date,
  ) => Promise<ReadonlyMap<HostId, ChangeHistory>>
  /** How the hosts that are not of this claim have fared lately, with those of its own that have failed now. */
  readonly measureLately: (now: Date, failedIds: readonly HostId[]) => Promise<LatelyProbed>
  /** Begins a hold. Returns whether it was this invocation that did. */
  readonly beginHold: (at: Date) => Promise<boolean>
  /** Keeps when a witness answered; null where none did. */
  readonly saveWitnessed: (answeredAt: Date | null) => Promise<void>
  readonly save: (results: ProbeResults) => Promise<void>
}
