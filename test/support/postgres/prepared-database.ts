import { mkdtempSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../../../infra/local/postgres/server.ts'
import { type Connection, connect, type Sql } from '../../../shared/db/client.ts'
import { migrate } from '../../../shared/db/migrate.ts'
import { type HostId, parseHostId } from '../../../shared/domain/ids.ts'

const MIGRATIONS = fileURLToPath(new URL('../../../migrations', import.meta.url))

export type BenchDatabase = AsyncDisposable & {
  readonly sql: Sql
  readonly owner: Connection
  readonly as: (role: string) => Connection
}

/** A server of the benchmarks' own, migrated, with the functions' roles able to sign in. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const server = await startPostgres({ folder: mkdtempSync('/tmp/fleet-awareness-bench-'), temporary: true })
  const owner = server.admin
  const sql = connect(owner, 4)
  const as = await prepareDatabase(sql, owner)
  return {
    sql,
    owner,
    as,
    [Symbol.asyncDispose]: async () => {
      await sql.end({ timeout: 5 })
      await server.stop()
    },
  }
}

/** Migrates it, allows loopback, and lets the functions' roles sign in: how is what it returns. */
export async function prepareDatabase(sql: Sql, owner: Connection): Promise<BenchDatabase['as']> {
  await migrate(sql, MIGRATIONS)
  await sql`update policy set allowed_addresses = 'global,private,loopback'`
  const roles = await sql<
    { rolname: string }[]
  >`select rolname from pg_roles where rolname like 'awareness\\_%'`
  for (const { rolname } of roles) await sql.unsafe(`alter role ${rolname} password '${rolname}'`)
  return (role) => ({ ...owner, username: role, password: role })
}

/** A host for each port, in the order of the ports. */
export async function addHosts(sql: Sql, ports: readonly number[]): Promise<HostId[]> {
  const rows = await sql<{ id: string; port: number }[]>`
    insert into hosts (hostname, ip_address, port)
    select 'host-' || port, '127.0.0.1', port::int from jsonb_array_elements_text(${sql.json([...ports])}) as p (port)
    returning id, port`
  await sql`analyze hosts`
  const byPort = new Map(rows.map(({ id, port }) => [port, parseHostId(id)]))
  return ports.flatMap((port) => byPort.get(port) ?? [])
}
