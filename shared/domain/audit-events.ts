import type { Describes } from './audit-event-shape.ts'
import type { ComplianceDriftDetected } from './drift-event.ts'
import type { FlappingStarted, FlappingStopped } from './flapping-event.ts'
import type { FleetHostsAdded, FleetHostsRemoved } from './fleet-event.ts'
import type { SshIdentificationChanged } from './identification-event.ts'
import type { HostId } from './ids.ts'
import type { MaintenanceEnded, MaintenanceStarted } from './maintenance-event.ts'
import type { PolicyChanged } from './policy-event.ts'
import type { ProberSuspect, ProberTrusted } from './prober-event.ts'
import type { FailureKind, ReachabilityStatus } from './reachability.ts'
import type { ScanForgotten } from './scan-event.ts'

/** What is audited, one shape an action. The snake_case details are a contract: docs/contracts.md. */
export type AuditEvent =
  | HostConnectivityChecked
  | SshIdentificationChanged
  | FlappingStarted
  | FlappingStopped
  | ComplianceDriftDetected
  | ScanForgotten
  | PolicyChanged
  | FleetHostsAdded
  | FleetHostsRemoved
  | MaintenanceStarted
  | MaintenanceEnded
  | ProberSuspect
  | ProberTrusted

/** An audit event as it is stored: with its id, its writer and its time. */
export type AuditRecord = {
  /** A UUID. An event that may be stored more than once has an id that is derived from what it reports. */
  readonly id: string
  readonly correlationId: string
  readonly actorId: string
  readonly occurredAt: Date
  readonly event: AuditEvent
}

export type HostConnectivityChecked = Describes<
  'host.connectivity.checked',
  'info',
  {
    readonly host_id: string
    readonly ssh_accessible: boolean
    readonly new_status: ReachabilityStatus
    readonly prior_status: ReachabilityStatus
    readonly response_time_ms: number | null
    readonly error_type: FailureKind | null
    readonly consecutive_failures: number
  }
>

/** The event of a host whose status changed. */
export function hostConnectivityChecked(change: {
  hostId: HostId
  from: ReachabilityStatus
  to: ReachabilityStatus
  responseMs: number | null
  errorType: FailureKind | null
  consecutiveFailures: number
}): HostConnectivityChecked {
  const sshAccessible = change.to === 'reachable'
  return {
    action: 'host.connectivity.checked',
    severity: 'info',
    outcome: sshAccessible ? 'success' : 'failure',
    resourceType: 'host',
    resourceId: change.hostId,
    detail: {
      host_id: change.hostId,
      ssh_accessible: sshAccessible,
      new_status: change.to,
      prior_status: change.from,
      response_time_ms: change.responseMs,
      error_type: change.errorType,
      consecutive_failures: change.consecutiveFailures,
    },
  }
}
