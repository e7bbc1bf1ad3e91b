import { randomUUID } from 'node:crypto'
import type { Sql } from '../../shared/db/client.ts'
import { upsertHosts } from '../../shared/db/hosts.ts'
import { type HostId, parseHostId } from '../../shared/domain/ids.ts'

/** Adds host-1, host-2, … of this machine, one for each port, and returns their ids in that order. */
export async function addHostsAt(sql: Sql, ports: readonly number[]): Promise<HostId[]> {
  const hosts = ports.map((port, i) => ({
    id: parseHostId(randomUUID()),
    name: `host-${i + 1}`,
    address: '127.0.0.1',
    port,
  }))
  await upsertHosts(sql, hosts)
  await sql`analyze hosts`
  return hosts.map(({ id }) => id)
}

/** Adds hosts whose ports are 10001, 10002, …: a probe can tell them apart by that. */
export const addHosts = (sql: Sql, count: number): Promise<HostId[]> =>
  addHostsAt(
    sql,
    Array.from({ length: count }, (_, i) => 10_001 + i),
  )

/** Adds a host to the fleet, and returns its id. */
export async function addHost(sql: Sql): Promise<HostId> {
  const [host] = await addHostsAt(sql, [22])
  if (host === undefined) throw new Error('a host was added')
  return host
}
