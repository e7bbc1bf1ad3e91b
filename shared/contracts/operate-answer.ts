import * as z from 'zod'
import { DRIFT_KINDS } from '../domain/drift.ts'
import { parseHostId } from '../domain/ids.ts'
import { HOLD_STATES } from '../domain/prober-hold.ts'
import { REACHABILITY_STATUSES } from '../domain/reachability.ts'
import { DRIFT_BASES, NOT_COMPARABLE } from '../domain/verdict.ts'
import { MAINTENANCE_ANSWERS } from './maintenance.ts'
import type { OperateCommand } from './operate-request.ts'
import { Policy } from './policy.ts'

const time = z.iso.datetime()

const endpoint = {
  id: z.guid().transform(parseHostId),
  name: z.string(),
  address: z.string(),
  port: z.int(),
}

const listing = {
  ...endpoint,
  state: z.enum(REACHABILITY_STATUSES),
  last_probe_at: time.nullable(),
  last_response_ms: z.int().nullable(),
  last_error_type: z.string().nullable(),
  last_state_change_at: time.nullable(),
  /** When a probe was last attempted, whether or not it had a result. Older versions do not say. */
  last_attempt_at: time.nullable().default(null),
  /** Why the last attempt had no result; null where it had one. */
  last_inconclusive_reason: z.string().nullable().default(null),
  /** Until when the host is under maintenance; null where it is not. Older versions do not say. */
  maintenance_until: time.nullable().default(null),
  /** Since when the host is flapping; null where it is not. Older versions do not say. */
  flapping_since: time.nullable().default(null),
}

const HostListing = z.object(listing)
/** A host of the fleet as it was seen last. */
export type HostListing = z.infer<typeof HostListing>

const HostDetail = z.object({
  ...listing,
  consecutive_failures: z.int(),
  consecutive_successes: z.int(),
  ssh_identification: z.string().nullable(),
  last_scheduled_for: time.nullable(),
  created_at: time,
})
/** Everything that is stored about one host. */
export type HostDetail = z.infer<typeof HostDetail>

const HostMaintenance = z.object({ id: z.guid(), ends_at: time, reason: z.string() })

const HostSchedule = z.object({
  name: z.string(),
  /** `pending`: the fan-out has not created it in Scheduler yet, or is just changing it. */
  state: z.enum(['applied', 'pending']),
  period_minutes: z.int(),
  /** How many hosts share it. */
  hosts: z.int(),
  /** Scheduler fires within the minute that begins here. */
  next_probe_at: time,
})
export type HostSchedule = z.infer<typeof HostSchedule>

const EventListing = z.object({
  id: z.string(),
  occurred_at: time,
  action: z.string(),
  severity: z.string().nullable(),
  outcome: z.string().nullable(),
  actor_id: z.string().nullable(),
  correlation_id: z.string(),
  resource_type: z.string().nullable(),
  resource_id: z.string().nullable(),
  /** The host of the event, even if it has left the fleet. */
  host_name: z.string().nullable(),
  detail: z.unknown(),
})
/** An event of the audit log, whoever wrote it: the scanner's own may be among them. */
export type EventListing = z.infer<typeof EventListing>

const score = z.number().nullable()

const ScanListing = z.object({
  host_id: z.string(),
  scan_id: z.string(),
  completed_at: time,
  judged_at: time,
  kind: z.enum(DRIFT_KINDS),
  not_comparable: z.enum(NOT_COMPARABLE).nullable(),
  prior_score: score,
  current_score: score,
  score_delta: score,
  like_for_like_delta: score,
  basis: z.enum(DRIFT_BASES),
  new_rules: z.int(),
})
/** A scan that was judged: the columns of `scan_verdicts`. */
export type ScanListing = z.infer<typeof ScanListing>

/**
 * What the operate function answers, by command. Who asks parses the answer too: the function may have been
 * deployed from another version.
 */
export const OPERATE_ANSWERS = {
  hosts: z.object({
    hosts: z.array(HostListing),
    /** Where the next page begins; null on the last. */
    next: z.object({ name: z.string(), id: z.string() }).nullable(),
  }),
  find: z.object({ hosts: z.array(z.object(endpoint)) }),
  host: z.discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('found'),
      host: HostDetail,
      /** The maintenances that the host is in. Older versions do not say. */
      maintenances: z.array(HostMaintenance).default([]),
      schedule: HostSchedule,
      events: z.array(EventListing),
    }),
    z.object({ outcome: z.literal('unknown_host') }),
  ]),
  import: z.discriminatedUnion('outcome', [
    /** How many hosts are new or different now. */
    z.object({ outcome: z.literal('imported'), changed: z.int() }),
    z.object({ outcome: z.literal('refused'), faults: z.array(z.string()) }),
  ]),
  /** How many hosts have left the fleet by it. */
  remove: z.object({ removed: z.int() }),
  policy: z.object({ policy: Policy }),
  status: z.object({
    stage: z.string(),
    /** The newest migration that was applied. */
    schema_version: z.int(),
    hosts: z.object({ reachable: z.int(), unreachable: z.int(), unknown: z.int() }),
    /** Hosts whose probe is later than any jitter explains. */
    overdue: z.int(),
    unprobeable: z.int(),
    /** Whether what the prober finds is believed. Absent in the answer of an older version. */
    prober: z.object({ state: z.enum(HOLD_STATES), since: z.iso.datetime().nullable() }).optional(),
    policy: Policy,
    /** Sentences about what differs from the settings, such as a database that has to be rebooted. */
    warnings: z.array(z.string()),
  }),
  'policy.set': z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('changed'), before: Policy, policy: Policy }),
    z.object({ outcome: z.literal('unchanged'), policy: Policy }),
    z.object({ outcome: z.literal('refused'), fault: z.string() }),
  ]),
  events: z.object({
    events: z.array(EventListing),
    /** Whether there are older events in the time asked for, which the limit leaves out. */
    more: z.boolean(),
  }),
  scans: z.discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('found'),
      scans: z.array(ScanListing),
      /** Whether there are older scans, which the limit leaves out. */
      more: z.boolean(),
    }),
    z.object({ outcome: z.literal('unknown_host') }),
  ]),
  'scans.forget': z.discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('forgotten'),
      host_id: z.string(),
      scan_id: z.string(),
      completed_at: time,
      /** How many rules the scan had evaluated, as far as that is known, and how many of them it had changed. */
      rules: z.int(),
      changes: z.int(),
    }),
    /** No such scan was recorded for the host. */
    z.object({ outcome: z.literal('unknown_scan') }),
  ]),
  ...MAINTENANCE_ANSWERS,
} satisfies Record<OperateCommand, z.ZodType>
export type AnswerOf<Command extends OperateCommand> = z.output<(typeof OPERATE_ANSWERS)[Command]>
export type OperateAnswer = AnswerOf<OperateCommand>
