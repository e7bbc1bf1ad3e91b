import type { MaintenanceListing } from '../contracts/maintenance.ts'
import type { HostId } from '../domain/ids.ts'
import type { Tx } from './client.ts'

type Times<Row> = Omit<Row, 'starts_at' | 'ends_at'> & { readonly starts_at: Date; readonly ends_at: Date }

/** Lists the maintenances that some hosts are in, the first to end first, with the names of the first hosts. */
export async function listMaintenances(
  tx: Tx,
  now: Date,
  { limit, names }: { readonly limit: number; readonly names: number },
): Promise<MaintenanceListing[]> {
  const rows = await tx<Times<MaintenanceListing>[]>`
    select m.id, m.starts_at, max(r.ends_at) as ends_at, m.reason,
           count(*)::integer as hosts,
           (count(*) filter (where l.reachability_status = 'unreachable'))::integer as down,
           jsonb_path_query_array(jsonb_agg(h.hostname order by h.hostname), ${firstItems(names)}::jsonpath) as names
    from maintenance_hosts r
    join maintenances m on m.id = r.maintenance_id
    join hosts h on h.id = r.host_id and h.deleted_at is null
    left join host_liveness l on l.host_id = r.host_id
    where r.end_event_id is null and r.ends_at > ${now}
    group by m.id, m.starts_at, m.reason
    order by max(r.ends_at), m.id
    limit ${limit}`
  return rows.map((row) => ({
    ...row,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
  }))
}

/** The JSON path to the first items of an array. */
export const firstItems = (count: number): string => `$[0 to ${count - 1}]`

type OfHostRow = { readonly id: string; readonly ends_at: Date; readonly reason: string }

/** Lists the maintenances that a host is in, the last to end first. */
export async function listMaintenancesOfHost(
  tx: Tx,
  hostId: HostId,
  now: Date,
): Promise<{ id: string; ends_at: string; reason: string }[]> {
  const rows = await tx<OfHostRow[]>`
    select m.id, r.ends_at, m.reason
    from maintenance_hosts r
    join maintenances m on m.id = r.maintenance_id
    where r.host_id = ${hostId} and r.starts_at <= ${now} and r.ends_at > ${now}
    order by r.ends_at desc, m.id`
  return rows.map((row) => ({ ...row, ends_at: row.ends_at.toISOString() }))
}
