import type { HostId } from './ids.ts'
import type { ReachabilityStatus } from './reachability.ts'

/** Why people do not hear of a host. */
export const QUIET_REASONS = ['maintenance', 'flapping'] as const
export type QuietReason = (typeof QUIET_REASONS)[number]

/** Which page of the fleet, sorted by name, an operator looks at. */
export type HostPageQuery = {
  /** Null for hosts in whatever state. */
  readonly state: ReachabilityStatus | null
  /** Null for hosts that people hear of and others. */
  readonly only: QuietReason | null
  /** The host after which the page begins; null for the first page. */
  readonly after: { readonly name: string; readonly id: HostId } | null
  readonly limit: number
}

/** Which part of the audit log, newest first, an operator looks at. */
export type EventQuery = {
  readonly since: Date
  /** Null for events of whatever host, and of none. */
  readonly hostId: HostId | null
  /** Null for whatever action. */
  readonly action: string | null
  readonly limit: number
}
