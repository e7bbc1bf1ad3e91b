import type postgres from 'postgres'
import type { RuleSet } from '../domain/rule-set.ts'
import type { Tx } from './client.ts'

/** Keeps other writers from recording a scan of this host until the transaction ends. The probes' locks have other keys. */
export async function lockLogOfHost(tx: Tx, hostId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended('fleet-awareness transaction log ' || ${hostId}::text, 0))`
}

export type LogPosition = {
  /** Whether the host is in the fleet. */
  readonly is_known_host: boolean
  /** Whether a row shows that this scan was recorded for this host. */
  readonly is_recorded: boolean
  /** Whether the scan's id was used for another host. */
  readonly is_of_other_host: boolean
  /** Whether a scan of this host was recorded that completed at the same time or later. */
  readonly is_overtaken: boolean
  /** Whether the scan's rule set is stored already. */
  readonly is_rule_set_stored: boolean
}

/** How a scan relates to what was recorded of its host before. */
export async function readLogPosition(
  tx: Tx,
  scan: { hostId: string; scanId: string; completedAt: Date; ruleSet: RuleSet },
): Promise<LogPosition> {
  const [row] = await tx<[LogPosition]>`
    select
      exists (select from hosts where id = ${scan.hostId} and deleted_at is null) as is_known_host,
      coalesce(bool_or(state.last_scan_id = ${scan.scanId}), false)
        or exists (select from transactions where scan_id = ${scan.scanId} and host_id = ${scan.hostId})
        or exists (select from scans where scan_id = ${scan.scanId} and host_id = ${scan.hostId})
        as is_recorded,
      exists (select from transactions where scan_id = ${scan.scanId} and host_id <> ${scan.hostId})
        or exists (select from scans where scan_id = ${scan.scanId} and host_id <> ${scan.hostId})
        as is_of_other_host,
      coalesce(max(state.last_checked_at) >= ${scan.completedAt}, false) as is_overtaken,
      exists (select from rule_sets where id = ${scan.ruleSet.id}) as is_rule_set_stored
    from host_rule_state state
    where state.host_id = ${scan.hostId}`
  return row
}

export type ResultRow = {
  readonly rule_id: string
  readonly status: string
  readonly severity: string
  readonly evidence: postgres.JSONValue
  readonly framework_refs: postgres.JSONValue
  readonly skip_reason: string | null
}

type WrittenRow = {
  readonly first_seen: number
  readonly state_changed: number
  readonly severity_changed: number
}

/**
 * Writes results of a scan into state and log, and returns how many rows were added to the log, by kind. All parts
 * of the statement see the tables as they were before it, so `prior` is the state before the scan.
 */
export async function writeResults(
  tx: Tx,
  scan: { hostId: string; scanId: string; completedAt: Date },
  results: readonly ResultRow[],
): Promise<WrittenRow> {
  const [row] = await tx<[WrittenRow]>`
    with incoming as materialized (
      select rule_id, status, severity, evidence, framework_refs, skip_reason
      from jsonb_to_recordset(${tx.json([...results])}) as result (
        rule_id text, status text, severity text, evidence jsonb, framework_refs jsonb, skip_reason text)
    ), compared as materialized (
      select incoming.*, case
          when prior.rule_id is null then 'first_seen'
          when prior.current_status <> incoming.status then 'state_changed'
          when prior.severity <> incoming.severity then 'severity_changed'
        end as change_kind
      from incoming
      left join host_rule_state prior on prior.host_id = ${scan.hostId} and prior.rule_id = incoming.rule_id
    ), written as (
      insert into host_rule_state as state (host_id, rule_id, current_status, severity, last_checked_at,
        last_scan_id, evidence, framework_refs, skip_reason, first_seen_at, last_changed_at, check_count)
      select ${scan.hostId}::uuid, rule_id, status, severity, ${scan.completedAt}::timestamptz,
        ${scan.scanId}::uuid, evidence,
        framework_refs, skip_reason, ${scan.completedAt}::timestamptz, ${scan.completedAt}::timestamptz, 1
      from compared
      on conflict (host_id, rule_id) do update set
        current_status = excluded.current_status,
        severity = excluded.severity,
        last_checked_at = excluded.last_checked_at,
        last_scan_id = excluded.last_scan_id,
        evidence = excluded.evidence,
        framework_refs = excluded.framework_refs,
        skip_reason = excluded.skip_reason,
        last_changed_at = case
          when state.current_status <> excluded.current_status or state.severity <> excluded.severity
          then excluded.last_changed_at else state.last_changed_at end,
        check_count = state.check_count + 1
    ), logged as (
      insert into transactions (id, host_id, rule_id, scan_id, status, severity, change_kind, evidence,
        framework_refs, skip_reason, occurred_at)
      select gen_random_uuid(), ${scan.hostId}::uuid, rule_id, ${scan.scanId}::uuid, status, severity, change_kind,
        evidence, framework_refs, skip_reason, ${scan.completedAt}::timestamptz
      from compared
      where change_kind is not null
      returning change_kind
    )
    select
      count(*) filter (where change_kind = 'first_seen')::integer as first_seen,
      count(*) filter (where change_kind = 'state_changed')::integer as state_changed,
      count(*) filter (where change_kind = 'severity_changed')::integer as severity_changed
    from logged`
  return row
}
