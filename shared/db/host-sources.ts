import type { FleetHost, SourcedHost } from '../domain/fleet-host.ts'
import type { HostId } from '../domain/ids.ts'
import type { AnySql } from './client.ts'
import { upsertHosts } from './hosts.ts'

/** Records that a source has brought these hosts into the fleet. */
export async function addHostSource(sql: AnySql, source: string, ids: readonly HostId[]): Promise<void> {
  await sql`
    insert into host_sources (source, host_id)
    select ${source}, value::uuid
    from jsonb_array_elements_text(${sql.json([...ids])})
    on conflict (source, host_id) do nothing`
}

/** Forgets that a source has brought these hosts into the fleet. */
export async function removeHostSource(sql: AnySql, source: string, ids: readonly HostId[]): Promise<void> {
  await sql`
    delete from host_sources
    where source = ${source}
      and host_id in (select value::uuid from jsonb_array_elements_text(${sql.json([...ids])}))`
}

/** Adds and changes hosts, and records that the source has brought all of them. Returns what changed. */
export async function saveHostsOfSource(
  sql: AnySql,
  source: string,
  hosts: readonly FleetHost[],
): Promise<Awaited<ReturnType<typeof upsertHosts>>> {
  const changes = await upsertHosts(sql, hosts)
  await addHostSource(sql, source, listIds(hosts))
  return changes
}

/**
 * Forgets that the source has brought those of `hosts` that another source has brought too: they are its own now.
 * Returns the rest, which nobody else has brought.
 */
export async function releaseSharedHosts(
  sql: AnySql,
  source: string,
  hosts: readonly SourcedHost[],
): Promise<SourcedHost[]> {
  await removeHostSource(sql, source, listIds(hosts.filter(({ isSharedWithOthers }) => isSharedWithOthers)))
  return hosts.filter(({ isSharedWithOthers }) => !isSharedWithOthers)
}

const listIds = (hosts: readonly FleetHost[]): HostId[] => hosts.map(({ id }) => id)

/** Lists the hosts of the fleet that a source has brought into it. */
export function listHostsOfSource(sql: AnySql, source: string): Promise<SourcedHost[]> {
  return sql<SourcedHost[]>`
    select h.id, h.hostname as name, host(h.ip_address) as address, h.port,
           exists (select from host_sources o where o.host_id = s.host_id and o.source <> s.source)
             as "isSharedWithOthers"
    from host_sources s
    join hosts h on h.id = s.host_id
    where s.source = ${source} and h.deleted_at is null
    order by h.hostname, h.id`
}

/** Of `hosts`, the ids of those at whose address and port the fleet has another host already. */
export async function findOccupied(sql: AnySql, hosts: readonly FleetHost[]): Promise<HostId[]> {
  const rows = await sql<{ id: HostId }[]>`
    select wanted.id
    from jsonb_to_recordset(${sql.json(hosts.map(({ id, address, port }) => ({ id, address, port })))})
      as wanted (id uuid, address inet, port integer)
    where exists (
      select from hosts h
      where h.ip_address = wanted.address and h.port = wanted.port and h.id <> wanted.id
        and h.deleted_at is null
    )`
  return rows.map(({ id }) => id)
}
