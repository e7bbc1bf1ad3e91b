import { MAX_NAMES_IN_EVENT } from '../domain/fleet-event.ts'
import type { MaintenanceEnd } from '../domain/maintenance.ts'
import type { Fragment, Tx } from './client.ts'
import { firstItems } from './maintenance-lists.ts'

/** Ends, for each host, the maintenances whose time has passed and whose end was not reported. */
export const endDueMaintenances = (tx: Tx, now: Date): Promise<MaintenanceEnd[]> =>
  end(tx, now, tx`r.ends_at <= ${now}`)

/** Ends the running maintenances of these ids, and takes these hosts out of every one that they are in. */
export const endMaintenances = (
  tx: Tx,
  now: Date,
  {
    maintenanceIds,
    hostIds,
  }: { readonly maintenanceIds: readonly string[]; readonly hostIds: readonly string[] },
): Promise<MaintenanceEnd[]> =>
  end(
    tx,
    now,
    tx`r.ends_at > ${now}
      and (r.maintenance_id in (select value::uuid from jsonb_array_elements_text(${tx.json([...maintenanceIds])}))
        or r.host_id in (select value::uuid from jsonb_array_elements_text(${tx.json([...hostIds])})))`,
  )

type EndRow = {
  readonly event_id: string
  readonly id: string
  readonly starts_at: Date
  readonly ends_at: Date
  readonly reason: string
  readonly hosts: number
  readonly still_down: number
  readonly names: readonly string[]
}

/** A row that ends in this very statement looks as if it were still running: hence `ended` beside the table. */
async function end(tx: Tx, now: Date, isDue: Fragment): Promise<MaintenanceEnd[]> {
  const rows = await tx<EndRow[]>`
    with due as materialized (
      select maintenance_id, gen_random_uuid() as event_id
      from (select distinct r.maintenance_id from maintenance_hosts r where r.end_event_id is null and ${isDue}) d
    ), ended as (
      update maintenance_hosts r
      set end_event_id = due.event_id,
          ends_at = greatest(r.starts_at, least(r.ends_at, ${now}::timestamptz))
      from due
      where r.maintenance_id = due.maintenance_id and r.end_event_id is null and ${isDue}
      returning r.maintenance_id, r.host_id, r.end_event_id, r.ends_at
    ), others as materialized (
      select o.host_id
      from maintenance_hosts o
      where o.end_event_id is null and o.ends_at > ${now}
        and (o.maintenance_id, o.host_id) not in (select maintenance_id, host_id from ended)
    )
    select e.end_event_id as event_id, m.id, m.starts_at, max(e.ends_at) as ends_at, m.reason,
           count(*)::integer as hosts,
           (count(*) filter (
             where l.reachability_status = 'unreachable' and h.deleted_at is null
               and e.host_id not in (select host_id from others)
           ))::integer as still_down,
           jsonb_path_query_array(
             jsonb_agg(h.hostname order by h.hostname), ${firstItems(MAX_NAMES_IN_EVENT)}::jsonpath
           ) as names
    from ended e
    join maintenances m on m.id = e.maintenance_id
    join hosts h on h.id = e.host_id
    left join host_liveness l on l.host_id = e.host_id
    group by e.end_event_id, m.id, m.starts_at, m.reason
    order by m.starts_at, m.id`
  return rows.map(({ event_id, id, starts_at, ends_at, reason, hosts, still_down, names }) => ({
    eventId: event_id,
    maintenance: { id, startsAt: starts_at, endsAt: ends_at, reason },
    hosts,
    stillDown: still_down,
    names,
  }))
}
