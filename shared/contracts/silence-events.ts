import * as z from 'zod'
import { MAX_NAMES_IN_EVENT } from '../domain/fleet-event.ts'
import { REACHABILITY_STATUSES } from '../domain/reachability.ts'

const maintenance = {
  maintenance_id: z.guid(),
  reason: z.string(),
  starts_at: z.iso.datetime(),
  ends_at: z.iso.datetime(),
  hosts: z.int().min(0),
  names: z.array(z.string()).max(MAX_NAMES_IN_EVENT),
}

const maintenanceRow = {
  severity: z.literal('info'),
  outcome: z.literal('success'),
  resource_type: z.literal('maintenance'),
  resource_id: z.guid(),
}

/** Hosts were put under maintenance. */
export const maintenanceStarted = z.strictObject({
  action: z.literal('fleet.maintenance.started'),
  ...maintenanceRow,
  detail: z.strictObject(maintenance),
})

/** Hosts have left a maintenance. */
export const maintenanceEnded = z.strictObject({
  action: z.literal('fleet.maintenance.ended'),
  ...maintenanceRow,
  detail: z.strictObject({
    ...maintenance,
    cause: z.enum(['operator', 'time']),
    still_down: z
      .int()
      .min(0)
      .describe('How many of the hosts are unreachable, and in no other maintenance.'),
  }),
})

const hostFlapping = { resource_type: z.literal('host'), resource_id: z.guid() }

/** A host changes again and again. */
export const flappingStarted = z.strictObject({
  action: z.literal('host.flapping.started'),
  severity: z.literal('warning'),
  outcome: z.literal('failure'),
  ...hostFlapping,
  detail: z.strictObject({
    host_id: z.guid(),
    changes: z.int().min(2).describe('How many changes there were within the window.'),
    window_minutes: z.int().min(1),
    status: z.enum(REACHABILITY_STATUSES).describe('What the host is as it begins.'),
  }),
})

/** A host that was flapping has been quiet since. */
export const flappingStopped = z.strictObject({
  action: z.literal('host.flapping.stopped'),
  severity: z.literal('info'),
  outcome: z.enum(['success', 'failure']),
  ...hostFlapping,
  detail: z.strictObject({
    host_id: z.guid(),
    status: z.enum(REACHABILITY_STATUSES).describe('What the host has been since its last change.'),
    started_at: z.iso.datetime(),
    last_change_at: z.iso.datetime(),
  }),
})
