import type { HostId } from '../domain/ids.ts'
import type { Sql } from './client.ts'

export type LastScan = { readonly scan_id: string; readonly completed_at: Date }

/** The newest scan of the host. Undefined where no scan was ever recorded. */
export async function readLastScan(sql: Sql, hostId: HostId): Promise<LastScan | undefined> {
  const [row] = await sql<LastScan[]>`
    select last_scan_id as scan_id, last_checked_at as completed_at
    from host_rule_state
    where host_id = ${hostId}
    order by last_checked_at desc
    limit 1`
  return row
}
