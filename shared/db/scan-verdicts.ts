import type { AuditRecord } from '../domain/audit-events.ts'
import type { JudgedScan, ScanKey } from '../domain/scan-reading.ts'
import { insertAuditEvents } from './audit-events.ts'
import type { Tx } from './client.ts'

type StoredVerdicts = {
  /** The scans that had no verdict before. */
  readonly scans: readonly ScanKey[]
  /** The ids of the events that were stored. */
  readonly events: ReadonlySet<string>
}

/** Stores the verdicts on scans that have none yet, and of the drift events those of these scans. */
export async function storeVerdicts(
  tx: Tx,
  judged: readonly JudgedScan[],
  events: readonly AuditRecord[],
): Promise<StoredVerdicts> {
  const scans = await insertVerdicts(tx, judged)
  const first = new Set(scans.map(({ hostId, scanId }) => `${hostId}/${scanId}`))
  const records = events.filter(({ event, correlationId }) =>
    first.has(`${event.resourceId}/${correlationId}`),
  )
  return { scans, events: records.length === 0 ? new Set() : await insertAuditEvents(tx, records) }
}

/**
 * Stores the verdicts on scans that have none yet, in one statement, and returns these scans. The rows are inserted
 * in the order of their keys, so that two consumers with the same scans in different orders cannot deadlock. Scans
 * of a host that was deleted in the meantime are left out.
 */
async function insertVerdicts(tx: Tx, scans: readonly JudgedScan[]): Promise<ScanKey[]> {
  return tx<ScanKey[]>`
    insert into scan_verdicts (
      host_id, scan_id, completed_at, kind, not_comparable, prior_score, current_score, score_delta,
      like_for_like_delta, basis, new_rules
    )
    select v.host_id, v.scan_id, v.completed_at, v.kind, v.not_comparable, v.prior_score, v.current_score,
      v.score_delta, v.like_for_like_delta, v.basis, v.new_rules
    from jsonb_to_recordset(${tx.json(scans.map(asRow))}) as v (
      host_id uuid, scan_id uuid, completed_at timestamptz, kind text, not_comparable text,
      prior_score double precision, current_score double precision, score_delta double precision,
      like_for_like_delta double precision, basis text, new_rules integer
    )
    where (select true from hosts where hosts.id = v.host_id)
    order by v.host_id, v.scan_id
    on conflict (host_id, scan_id) do nothing
    returning host_id as "hostId", scan_id as "scanId"`
}

const asRow = ({ hostId, scanId, completedAt, verdict }: JudgedScan) => ({
  host_id: hostId,
  scan_id: scanId,
  completed_at: completedAt.toISOString(),
  kind: verdict.kind,
  not_comparable: verdict.notComparable,
  prior_score: verdict.priorScore,
  current_score: verdict.currentScore,
  score_delta: verdict.scoreDelta,
  like_for_like_delta: verdict.likeForLikeDelta,
  basis: verdict.basis,
  new_rules: verdict.newRules,
})
