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

/** Adds hosts and changes those that are there, by id; one that had left the fleet is back. Returns how many changed. */
export async function upsertHosts(sql: AnySql, hosts: readonly FleetHost[]): Promise<number> {
  const changed = await sql`
    insert into hosts as h (id, hostname, ip_address, port)
    select id, name, address, port
    from jsonb_to_recordset(${sql.json(hosts.map((host) => ({ ...host })))})
      as fleet(id uuid, name text, address inet, port integer)
    on conflict (id) do update
    set hostname = excluded.hostname, ip_address = excluded.ip_address, port = excluded.port,
        deleted_at = null, updated_at = now()
    where (h.hostname, h.ip_address, h.port, h.deleted_at)
      is distinct from (excluded.hostname, excluded.ip_address, excluded.port, null)
    returning h.id`
  return changed.length
}

/** Marks hosts as gone from the fleet; what is known of them stays. Returns how many had not gone yet. */
export async function markHostsDeleted(sql: AnySql, ids: readonly HostId[]): Promise<number> {
  const marked = await sql`
    update hosts
    set deleted_at = now(), updated_at = now()
    where deleted_at is null
      and id in (select value::uuid from jsonb_array_elements_text(${sql.json([...ids])}))
    returning id`
  return marked.length
}
