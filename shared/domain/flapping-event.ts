import type { Describes } from './audit-event-shape.ts'
import type { HostId } from './ids.ts'
import type { ReachabilityStatus } from './reachability.ts'
import type { SettledHost } from './settled-host.ts'

export type FlappingStarted = Describes<
  'host.flapping.started',
  'warning',
  {
    readonly host_id: string
    /** How many changes there were within the window. */
    readonly changes: number
    readonly window_minutes: number
    /** What the host is as it begins. */
    readonly status: ReachabilityStatus
  }
>

export type FlappingStopped = Describes<
  'host.flapping.stopped',
  'info',
  {
    readonly host_id: string
    /** What the host has been since its last change. */
    readonly status: ReachabilityStatus
    /** ISO 8601: when it began. */
    readonly started_at: string
    /** ISO 8601: when the host changed last. */
    readonly last_change_at: string
  }
>

/** The event of a host whose status has changed so often that people are told of that, and not of each change. */
export const flappingStarted = (
  hostId: HostId,
  { changes, windowMinutes, status }: { changes: number; windowMinutes: number; status: ReachabilityStatus },
): FlappingStarted => ({
  action: 'host.flapping.started',
  severity: 'warning',
  outcome: 'failure',
  resourceType: 'host',
  resourceId: hostId,
  detail: { host_id: hostId, changes, window_minutes: windowMinutes, status },
})

/** The event of a host that is flapping no longer: it says how it ended up. */
export const flappingStopped = ({
  hostId,
  status,
  startedAt,
  lastChangeAt,
}: SettledHost): FlappingStopped => ({
  action: 'host.flapping.stopped',
  severity: 'info',
  outcome: status === 'unreachable' ? 'failure' : 'success',
  resourceType: 'host',
  resourceId: hostId,
  detail: {
    host_id: hostId,
    status,
    started_at: startedAt.toISOString(),
    last_change_at: lastChangeAt.toISOString(),
  },
})
