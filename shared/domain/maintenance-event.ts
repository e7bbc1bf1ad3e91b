import type { Describes } from './audit-event-shape.ts'
import { MAX_NAMES_IN_EVENT } from './fleet-event.ts'
import type { Maintenance, MaintenanceEnd } from './maintenance.ts'

type Common = {
  readonly maintenance_id: string
  readonly reason: string
  /** ISO 8601. */
  readonly starts_at: string
  readonly ends_at: string
  readonly hosts: number
  /** Of the hosts, at most MAX_NAMES_IN_EVENT, sorted. */
  readonly names: readonly string[]
}

export type MaintenanceStarted = Describes<'fleet.maintenance.started', 'info', Common, 'maintenance'>

export type MaintenanceEnded = Describes<
  'fleet.maintenance.ended',
  'info',
  Common & {
    /** Whether an operator has ended it, or its time has passed. */
    readonly cause: 'operator' | 'time'
    /** How many of the hosts are unreachable, and in no other maintenance. */
    readonly still_down: number
  },
  'maintenance'
>

const common = ({ id, reason, startsAt, endsAt }: Maintenance, names: readonly string[]) => ({
  maintenance_id: id,
  reason,
  starts_at: startsAt.toISOString(),
  ends_at: endsAt.toISOString(),
  names: names.toSorted().slice(0, MAX_NAMES_IN_EVENT),
})

/** The event of a maintenance that an operator has set. */
export const maintenanceStarted = (
  maintenance: Maintenance,
  names: readonly string[],
): MaintenanceStarted => ({
  action: 'fleet.maintenance.started',
  severity: 'info',
  outcome: 'success',
  resourceType: 'maintenance',
  resourceId: maintenance.id,
  detail: { ...common(maintenance, names), hosts: names.length },
})

/** The event of hosts that have left a maintenance: all of them, or some whose maintenance an operator has ended. */
export const maintenanceEnded = (
  { maintenance, hosts, stillDown, names }: MaintenanceEnd,
  cause: 'operator' | 'time',
): MaintenanceEnded => ({
  action: 'fleet.maintenance.ended',
  severity: 'info',
  outcome: 'success',
  resourceType: 'maintenance',
  resourceId: maintenance.id,
  detail: { ...common(maintenance, names), hosts, cause, still_down: stillDown },
})
