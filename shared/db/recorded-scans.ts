import type { CompletedScan } from '../domain/scan-reading.ts'
import type { ChangedRules } from '../domain/verdict.ts'
import type { Tx } from './client.ts'

/** A scan that was announced, and what its writer recorded of it. */
export type RecordedScan = {
  readonly is_known_host: boolean
  /** Whether the scan has a verdict already. Then its changes are not read. */
  readonly is_judged: boolean
  /** Null, like the next four, where the writer fills only `host_rule_state` and `transactions`. */
  readonly completed_at: Date | null
  /** How many rules the scan evaluated, and how many of them passed and failed in it. */
  readonly rules: number | null
  readonly passed: number | null
  readonly failed: number | null
  /** The rules that changed in the scan. `currentStatus` is the status that the scan left. */
  readonly changes: readonly ChangedRules[] | null
}

/**
 * Reads what was recorded of each scan, in the order of the scans: the state that the scan left, and what it
 * changed, each with the status that the log has before it. Neither depends on what was recorded later.
 *
 * The lateral subqueries are fences: the planner does not know how few scans there are, and would plan a join
 * with a whole table as a scan of all of it. So is `offset 0`: the rows of a scan are found by the scan's id, and
 * no other index is combined with that.
 */
export async function readRecordedScans(tx: Tx, scans: readonly CompletedScan[]): Promise<RecordedScan[]> {
  return tx<RecordedScan[]>`
    with announced as materialized (
      select n, host_id, scan_id,
        coalesce((select true from hosts where hosts.id = message.host_id and deleted_at is null), false) as is_known_host,
        exists (
          select from scan_verdicts
          where scan_verdicts.host_id = message.host_id and scan_verdicts.scan_id = message.scan_id
        ) as is_judged
      from rows from (jsonb_to_recordset(${tx.json([...scans])}) as ("hostId" uuid, "scanId" uuid))
        with ordinality as message (host_id, scan_id, n)
    )
    select announced.is_known_host, announced.is_judged, recorded.completed_at, recorded.rules, recorded.passed,
      recorded.failed, changed.changes
    from announced
    left join lateral (
      select completed_at, rules, passed, failed
      from scans
      where scans.scan_id = announced.scan_id and scans.host_id = announced.host_id
      limit 1
    ) recorded on true
    left join lateral (
      select coalesce(jsonb_agg(alike), '[]') as changes
      from (
        select true as "isOwn", own.change_kind as "changeKind", own.status, own.severity,
          own.status as "currentStatus", earlier.status as "earlierStatus", count(*) as rules
        from (
          select host_id, rule_id, change_kind, status, severity, occurred_at
          from transactions
          where transactions.scan_id = announced.scan_id
          offset 0
        ) own
        left join lateral (
          select status
          from transactions
          where transactions.host_id = own.host_id
            and transactions.rule_id = own.rule_id
            and transactions.occurred_at < own.occurred_at
          order by occurred_at desc
          limit 1
        ) earlier on true
        where own.host_id = announced.host_id
          and recorded.completed_at is not null
          and announced.is_known_host
          and not announced.is_judged
        group by 1, 2, 3, 4, 5, 6
      ) alike
    ) changed on recorded.completed_at is not null
    order by announced.n`
}
