import type { RuleStatus } from '../domain/rule-results.ts'
import type { ChangedRules } from '../domain/verdict.ts'
import type { Tx } from './client.ts'

/** What a message says of a scan. `n` tells the scans of a batch apart. */
export type AnnouncedScan = {
  readonly n: number
  readonly host_id: string
  readonly scan_id: string
  readonly completed_at_ms: number
}

export type PlacedScan = {
  readonly n: number
  readonly is_known_host: boolean
  /** Whether it left no row, and something of the host was checked when it completed or later. */
  readonly is_overtaken: boolean
  /** When the scan took place by its own rows, with microseconds; null where it left no row. */
  readonly placed_at: string | null
  readonly occurred_at: Date | null
  /** The earliest of its rows in the log, else `placed_at`. */
  readonly changes_from: string | null
  /** The rules that the scan evaluated, as they are now. */
  readonly evaluated: number
  readonly passed: number
  readonly failed: number
}

/**
 * Finds every scan's place in the history of its host, and counts the rules it evaluated as they are now: the
 * rows of a host are read once a scan, and not joined with the log.
 *
 * Each lateral subquery is a fence: a join with the whole of a table would be planned as a scan of all hosts,
 * because the planner does not know how few scans there are. The host is compared outside the index of
 * scan_id for a like reason: together with the index of host_id all of a host's log was gone through.
 */
export async function placeScans(tx: Tx, scans: readonly AnnouncedScan[]): Promise<PlacedScan[]> {
  return tx<PlacedScan[]>`
    with scan as materialized (
      select n, host_id, scan_id, to_timestamp(completed_at_ms / 1000.0) as completed_at
      from jsonb_to_recordset(${tx.json([...scans])}) as message (
        n integer, host_id uuid, scan_id uuid, completed_at_ms bigint)
    ), placed as materialized (
      select scan.*, logged.first_at, coalesce(logged.last_at, (
          select max(last_checked_at)
          from host_rule_state
          where host_rule_state.host_id = scan.host_id and last_scan_id = scan.scan_id
        )) as placed_at
      from scan
      cross join lateral (
        select min(occurred_at) filter (where transactions.host_id = scan.host_id) as first_at,
          max(occurred_at) filter (where transactions.host_id = scan.host_id) as last_at
        from transactions
        where transactions.scan_id = scan.scan_id
      ) logged
    )
    select placed.n,
      coalesce((select true from hosts where id = placed.host_id and deleted_at is null), false) as is_known_host,
      placed.placed_at is null and exists (
        select from host_rule_state
        where host_rule_state.host_id = placed.host_id and last_checked_at >= placed.completed_at
      ) as is_overtaken,
      placed.placed_at::text as placed_at,
      placed.placed_at as occurred_at,
      coalesce(placed.first_at, placed.placed_at)::text as changes_from,
      state.evaluated,
      state.passed,
      state.failed
    from placed
    cross join lateral (
      select count(*)::integer as evaluated,
        count(*) filter (where current_status = 'pass')::integer as passed,
        count(*) filter (where current_status = 'fail')::integer as failed
      from host_rule_state
      where host_rule_state.host_id = placed.host_id
        and (last_scan_id = placed.scan_id
          or (last_checked_at >= placed.placed_at and first_seen_at <= placed.placed_at))
    ) state
    order by placed.n`
}

export type ScanToUndo = {
  readonly n: number
  readonly host_id: string
  readonly scan_id: string
  readonly placed_at: string
  readonly changes_from: string
}

type ChangeRow = {
  readonly n: number
  readonly is_own: boolean
  readonly change_kind: ChangedRules['changeKind']
  readonly status: RuleStatus
  readonly severity: string
  readonly earlier_status: RuleStatus | null
  readonly current_status: RuleStatus
  readonly rules: number
}

/**
 * Of the rules that a scan evaluated, those that changed in it or since: the first such change of each, what
 * the log has before it, and what the rule is now. Alike ones are counted together.
 */
export async function readChanges(
  tx: Tx,
  scans: readonly ScanToUndo[],
): Promise<Map<number, ChangedRules[]>> {
  const rows = await tx<ChangeRow[]>`
    select scan.n, change.scan_id = scan.scan_id as is_own, change.change_kind, change.status, change.severity,
      earlier.status as earlier_status, state.current_status, count(*)::integer as rules
    from jsonb_to_recordset(${tx.json([...scans])}) as scan (
      n integer, host_id uuid, scan_id uuid, placed_at timestamptz, changes_from timestamptz)
    cross join lateral (
      select distinct on (rule_id) rule_id, scan_id, change_kind, status, severity, occurred_at
      from transactions
      where transactions.host_id = scan.host_id
        and transactions.occurred_at >= scan.changes_from
        and (transactions.scan_id = scan.scan_id or transactions.occurred_at > scan.placed_at)
      order by rule_id, occurred_at
    ) change
    cross join lateral (
      select current_status
      from host_rule_state
      where host_rule_state.host_id = scan.host_id
        and host_rule_state.rule_id = change.rule_id
        and (last_scan_id = scan.scan_id
          or (last_checked_at >= scan.placed_at and first_seen_at <= scan.placed_at))
      limit 1
    ) state
    left join lateral (
      select status
      from transactions
      where transactions.host_id = scan.host_id
        and transactions.rule_id = change.rule_id
        and transactions.occurred_at < change.occurred_at
      order by occurred_at desc
      limit 1
    ) earlier on true
    group by 1, 2, 3, 4, 5, 6, 7`
  return Map.groupBy(rows.map(changedRules), ({ n }) => n)
}

const changedRules = (row: ChangeRow): ChangedRules & { n: number } => ({
  n: row.n,
  rules: row.rules,
  isOwn: row.is_own,
  changeKind: row.change_kind,
  status: row.status,
  severity: row.severity,
  earlierStatus: row.earlier_status,
  currentStatus: row.current_status,
})
