import type { FleetHostChange } from '../domain/fleet-event.ts'
import type { FleetHost } from '../domain/fleet-host.ts'
import type { HostId } from '../domain/ids.ts'
import type { AnySql } from './client.ts'

/** Lists the hosts of the fleet, without those that have left it. */
export function listHosts(sql: AnySql): Promise<FleetHost[]> {
  return sql<FleetHost[]>`
    select id, hostname as name, host(ip_address) as address, port
    from hosts
    where deleted_at is null
    order by hostname, id`
}

type HostChangeRow = FleetHostChange & { readonly id: HostId }

/**
 * Adds hosts and changes those that are there, by id; one that had left the fleet is back, and new. Returns what
 * changed. The liveness of a host that is back, or at another address or port, starts anew: a trigger of the table
 * does that. In the order of ids, so that two who change many hosts at once do not deadlock.
 */
export function upsertHosts(sql: AnySql, hosts: readonly FleetHost[]): Promise<HostChangeRow[]> {
  return sql<HostChangeRow[]>`
    with fleet as (
      select id, name, address, port
      from jsonb_to_recordset(${sql.json(hosts.map((host) => ({ ...host })))})
        as fleet(id uuid, name text, address inet, port integer)
    ), present as (
      select id from hosts where deleted_at is null and id in (select id from fleet)
    )
    insert into hosts as h (id, hostname, ip_address, port)
    select id, name, address, port from fleet order by id
    on conflict (id) do update
    set hostname = excluded.hostname, ip_address = excluded.ip_address, port = excluded.port,
        deleted_at = null, updated_at = now()
    where (h.hostname, h.ip_address, h.port, h.deleted_at)
      is distinct from (excluded.hostname, excluded.ip_address, excluded.port, null)
    returning h.id, h.hostname as name, not exists (select from present p where p.id = h.id) as "isNew"`
}

/**
 * Marks hosts as gone from the fleet, and forgets who brought them into it; all else that is known of them stays.
 * Returns those that had not gone yet.
 */
export function markHostsDeleted(sql: AnySql, ids: readonly HostId[]): Promise<{ readonly name: string }[]> {
  return sql<{ name: string }[]>`
    with marked as (
      update hosts
      set deleted_at = now(), updated_at = now()
      where deleted_at is null
        and id in (select value::uuid from jsonb_array_elements_text(${sql.json([...ids])}))
      returning id, hostname
    ), forgotten as (
      delete from host_sources where host_id in (select id from marked)
    )
    select hostname as name from marked`
}
