import type { CompletedScan } from '../domain/scan-reading.ts'
import type { ChangedRules } from '../domain/verdict.ts'
import type { Tx } from './client.ts'

/** The place of a scan in the history of its host. */
export type PlacedScan = {
  /** The index of the scan in its batch, from 0. */
  readonly n: number
  readonly host_id: string
  readonly scan_id: string
  /** Whether the scan left no row, and something of the host was checked when it completed or later. */
  readonly is_overtaken: boolean
  /** When the scan took place by its own rows, with microseconds; null where it left no row. */
  readonly placed_at: string | null
  readonly occurred_at: Date | null
  /** The time of the earliest of its rows in the log, else `placed_at`. */
  readonly changes_from: string | null
  /** Another scan of the host that made changes at the same time. No column says which of the two was first. */
  readonly same_time_scan_id: string | null
  /** How many rules the scan evaluated, and how they are now. */
  readonly evaluated: number
  readonly passed: number
  readonly failed: number
}

/**
 * Finds the place of every scan in the history of its host, and counts the rules that the scan evaluated as they
 * are now. The rows of a host are read once for each scan, and are not joined with the log. The rules are
 * inferred: those that the scan was the last to check, and those that were known then and were checked later.
 *
 * Each lateral subquery is a fence. The planner does not know how few scans there are, and would plan a join
 * with a whole table as a scan of all hosts. The host is compared outside the index on scan_id for a similar
 * reason: combined with the index on host_id, the whole log of the host was read.
 */
export async function placeScans(tx: Tx, scans: readonly CompletedScan[]): Promise<PlacedScan[]> {
  return tx<PlacedScan[]>`
    with scan as materialized (
      select n::integer - 1 as n, host_id, scan_id, to_timestamp(completed_at_ms / 1000.0) as completed_at
      from rows from (jsonb_to_recordset(${tx.json([...scans])}) as (
        "hostId" uuid, "scanId" uuid, "completedAtMs" bigint
      )) with ordinality as message (host_id, scan_id, completed_at_ms, n)
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
      placed.host_id,
      placed.scan_id,
      placed.placed_at is null and exists (
        select from host_rule_state
        where host_rule_state.host_id = placed.host_id and last_checked_at >= placed.completed_at
      ) as is_overtaken,
      placed.placed_at::text as placed_at,
      placed.placed_at as occurred_at,
      coalesce(placed.first_at, placed.placed_at)::text as changes_from,
      (select scan_id
        from transactions
        where transactions.host_id = placed.host_id
          and transactions.occurred_at = placed.placed_at
          and transactions.scan_id <> placed.scan_id
        limit 1) as same_time_scan_id,
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

/**
 * Reads which of the rules that each scan evaluated changed in the scan or later: the first such change of each
 * rule, the status that the log has before it, and the status of the rule now. Rules for which all of this is
 * equal are counted together. The result has the rules of the scans by `n`.
 */
export async function readChanges(
  tx: Tx,
  scans: readonly PlacedScan[],
): Promise<Map<number, ChangedRules[]>> {
  const rows = await tx<(ChangedRules & { readonly n: number })[]>`
    select scan.n, change.scan_id = scan.scan_id as "isOwn", change.change_kind as "changeKind",
      change.status, change.severity, earlier.status as "earlierStatus",
      state.current_status as "currentStatus", count(*)::integer as rules
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
  return Map.groupBy(rows, ({ n }) => n)
}
