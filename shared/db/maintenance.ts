import type { HostSelector } from '../domain/host-selector.ts'
import type { HostId } from '../domain/ids.ts'
import { KEEP_MAINTENANCES_MS, type Maintenance, type SelectedHost } from '../domain/maintenance.ts'
import type { Tx } from './client.ts'

/** Of this product alone: the first eight bytes of SHA-256('fleet-awareness maintenance'). */
const MAINTENANCE_LOCK = '1928241461538088828'

/** Waits until nobody else starts or ends a maintenance, and keeps others waiting until the end of the transaction. */
export async function holdMaintenanceLock(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(${MAINTENANCE_LOCK}::bigint)`
}

/** Lists the hosts of the fleet that the selectors mean, by name, and for each which of them mean it. */
export function selectHosts(
  tx: Tx,
  selectors: readonly HostSelector[],
  limit: number,
): Promise<SelectedHost[]> {
  return tx<SelectedHost[]>`
    with wanted as materialized (
      select n, name, id, address, port, network, pattern
      from jsonb_to_recordset(${tx.json(selectors.map((selector, n) => ({ ...selector, n })))}) as s (
        n integer, name text, id uuid, address inet, port integer, network inet, pattern text
      )
    ), named as materialized (
      -- Once for each host, and not once for each pattern: at 200,000 hosts and 100 patterns that is minutes.
      select id, lower(hostname) as name, host(ip_address) as address from hosts where deleted_at is null
    ), found as (
      select n, h.id from wanted w join hosts h on h.id = w.id
      union
      select n, h.id from wanted w join named h on h.name = w.name
      union
      select n, h.id from wanted w join hosts h on h.ip_address = w.address and h.port = coalesce(w.port, h.port)
      union
      select n, h.id from wanted w join hosts h on h.ip_address <<= w.network where w.network is not null
      union
      select n, h.id
      from wanted w
      join named h on h.name like w.pattern or h.address like w.pattern
      where w.pattern is not null
    )
    select h.id, h.hostname as name, jsonb_agg(f.n) as selectors
    from found f
    join hosts h on h.id = f.id
    where h.deleted_at is null
    group by h.id, h.hostname
    order by h.hostname, h.id
    limit ${limit}`
}

/** Stores a maintenance of these hosts. What people know of a host that is in another one already is as it was then. */
export async function saveMaintenance(
  tx: Tx,
  { id, startsAt, endsAt, reason }: Maintenance,
  hostIds: readonly HostId[],
): Promise<void> {
  await tx`
    insert into maintenances (id, starts_at, ends_at, reason)
    values (${id}, ${startsAt}, ${endsAt}, ${reason})`
  await tx`
    insert into maintenance_hosts (maintenance_id, host_id, starts_at, ends_at, quiet_since, was_down)
    select ${id}, w.host_id, ${startsAt}, ${endsAt},
           coalesce(other.quiet_since, ${startsAt}::timestamptz),
           coalesce(other.was_down, l.reachability_status = 'unreachable', false)
    from (select value::uuid as host_id from jsonb_array_elements_text(${tx.json([...hostIds])})) w
    left join host_liveness l on l.host_id = w.host_id
    left join (
      select distinct on (m.host_id) m.host_id, m.quiet_since, m.was_down
      from maintenance_hosts m
      where m.end_event_id is null and m.ends_at > ${startsAt}
      order by m.host_id, m.quiet_since
    ) other on other.host_id = w.host_id`
}

/** Deletes the maintenances that ended longer ago than they are kept. */
export async function forgetOldMaintenances(tx: Tx, now: Date): Promise<void> {
  await tx`delete from maintenances where ends_at < ${new Date(now.getTime() - KEEP_MAINTENANCES_MS)}`
}

/** The ids of those of these maintenances that some hosts are in. */
export async function findMaintenances(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct r.maintenance_id as id
    from maintenance_hosts r
    where r.end_event_id is null
      and r.maintenance_id = any (array(select jsonb_array_elements_text(${tx.json([...ids])})::uuid))`
  return rows.map(({ id }) => id)
}
