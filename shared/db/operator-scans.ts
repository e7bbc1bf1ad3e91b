import type { ScanListing } from '../contracts/operate-answer.ts'
import type { HostId } from '../domain/ids.ts'
import type { Tx } from './client.ts'

type ScanRow = Omit<ScanListing, 'completed_at' | 'judged_at'> & {
  readonly completed_at: Date
  readonly judged_at: Date
}

/** Lists the newest verdicts on scans of a host, newest scan first. */
export async function listVerdicts(tx: Tx, hostId: HostId, limit: number): Promise<ScanListing[]> {
  const rows = await tx<ScanRow[]>`
    select host_id, scan_id, completed_at, judged_at, kind, not_comparable, prior_score, current_score, score_delta,
      like_for_like_delta, basis, new_rules
    from scan_verdicts
    where host_id = ${hostId}
    order by completed_at desc, judged_at desc, scan_id
    limit ${limit}`
  return rows.map((row) => ({
    ...row,
    completed_at: row.completed_at.toISOString(),
    judged_at: row.judged_at.toISOString(),
  }))
}

/** Whether the host is in the fleet, or was. */
export async function isHost(tx: Tx, hostId: HostId): Promise<boolean> {
  const rows = await tx`select from hosts where id = ${hostId}`
  return rows.length > 0
}
