import * as z from 'zod'
import { MAX_NAMES_IN_EVENT } from '../domain/fleet-event.ts'
import { FAILURE_KINDS, REACHABILITY_STATUSES } from '../domain/reachability.ts'
import { DRIFT_BASES } from '../domain/verdict.ts'
import { proberSuspect, proberTrusted } from './prober-event-rows.ts'
import { flappingStarted, flappingStopped, maintenanceEnded, maintenanceStarted } from './silence-events.ts'

/** The fields of an event that depend on its action, as they are in a row of `audit_events`. */
const hostConnectivityChecked = z.strictObject({
  action: z.literal('host.connectivity.checked'),
  severity: z.literal('info'),
  outcome: z.enum(['success', 'failure']),
  resource_type: z.literal('host'),
  resource_id: z.guid(),
  detail: z.strictObject({
    host_id: z.guid(),
    ssh_accessible: z.boolean(),
    new_status: z.enum(REACHABILITY_STATUSES),
    prior_status: z.enum(REACHABILITY_STATUSES),
    response_time_ms: z.int().min(0).nullable(),
    error_type: z.enum(FAILURE_KINDS).nullable(),
    consecutive_failures: z.int().min(0),
  }),
})

const identification = z.string().describe('As the server sent it, without its line end.')

const sshIdentificationChanged = z.strictObject({
  action: z.literal('host.ssh_identification.changed'),
  severity: z.literal('warning'),
  outcome: z.literal('success'),
  resource_type: z.literal('host'),
  resource_id: z.guid(),
  detail: z.strictObject({ host_id: z.guid(), before: identification, after: identification }),
})

const score = z.number().min(0).max(100)
const delta = z.number().min(-100).max(100)
const ruleCount = z.int().min(0)

const complianceDriftDetected = z.strictObject({
  action: z.literal('compliance.drift.detected'),
  severity: z.enum(['warning', 'info']),
  outcome: z.enum(['success', 'failure']),
  resource_type: z.literal('host'),
  resource_id: z.guid(),
  detail: z.strictObject({
    host_id: z.guid(),
    scan_id: z.guid(),
    drift_type: z.enum(['major', 'minor', 'improvement']),
    score_delta: delta,
    compared_delta: delta
      .optional()
      .describe(
        'The delta that was held against the thresholds. Absent in events that older versions stored.',
      ),
    like_for_like_delta: delta.nullable(),
    prior_score: score,
    current_score: score,
    severity_transitions: z.strictObject({
      critical_became_failing: ruleCount,
      high_became_failing: ruleCount,
      medium_became_failing: ruleCount,
      low_became_failing: ruleCount,
      critical_became_passing: ruleCount,
      high_became_passing: ruleCount,
      medium_became_passing: ruleCount,
      low_became_passing: ruleCount,
    }),
    new_rules: ruleCount,
    basis: z.enum(DRIFT_BASES),
  }),
})

const scanForgotten = z.strictObject({
  action: z.literal('scan.forgotten'),
  severity: z.literal('warning'),
  outcome: z.literal('success'),
  resource_type: z.literal('host'),
  resource_id: z.guid(),
  detail: z.strictObject({
    host_id: z.guid(),
    scan_id: z.guid(),
    completed_at: z.iso.datetime(),
    rules: ruleCount.describe('How many rules the scan had evaluated, as far as that is known.'),
    changes: ruleCount.describe('How many rules the scan had changed.'),
  }),
})

const policyValues = z.record(z.string(), z.union([z.number(), z.string()]))

const policyChanged = z.strictObject({
  action: z.literal('policy.changed'),
  severity: z.literal('info'),
  outcome: z.literal('success'),
  resource_type: z.literal('policy'),
  resource_id: z.string(),
  detail: z.strictObject({
    before: policyValues,
    after: policyValues,
    /** Why, where it was no operator who changed it. */
    reason: z.string().optional(),
  }),
})

const hostCount = z.int().min(0)

const fleetHostsAdded = z.strictObject({
  action: z.literal('fleet.hosts.added'),
  severity: z.literal('info'),
  outcome: z.literal('success'),
  resource_type: z.literal('fleet'),
  resource_id: z.string(),
  detail: z.strictObject({
    source: z.string().describe('`import`, or `file:<machine>:<path>` for `npm start`'),
    added: hostCount,
    changed: hostCount,
    names: z.array(z.string()).max(MAX_NAMES_IN_EVENT),
  }),
})

const fleetHostsRemoved = z.strictObject({
  action: z.literal('fleet.hosts.removed'),
  severity: z.literal('info'),
  outcome: z.literal('success'),
  resource_type: z.literal('fleet'),
  resource_id: z.string(),
  detail: z.strictObject({
    source: z.string(),
    removed: hostCount,
    names: z.array(z.string()).max(MAX_NAMES_IN_EVENT),
  }),
})

/** What readers of `audit_events` may rely on: one shape an action. */
export const AuditEventRow = z.discriminatedUnion('action', [
  hostConnectivityChecked,
  sshIdentificationChanged,
  flappingStarted,
  flappingStopped,
  complianceDriftDetected,
  scanForgotten,
  policyChanged,
  fleetHostsAdded,
  fleetHostsRemoved,
  maintenanceStarted,
  maintenanceEnded,
  proberSuspect,
  proberTrusted,
])
export type AuditEventRow = z.output<typeof AuditEventRow>

/** The actions that this product writes; other writers of the table have their own. */
export const AUDIT_ACTIONS = AuditEventRow.options.map(({ shape }) => shape.action.value)

/** The contract as JSON Schema, for alerting teams: docs/audit-events.schema.json. */
export const auditEventsSchema = (): object => ({
  title: 'rows of audit_events',
  ...z.toJSONSchema(AuditEventRow),
})
