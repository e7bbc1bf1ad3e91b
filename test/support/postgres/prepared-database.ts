import { mkdtempSync } from 'node:fs'
import { startPostgres } from '../../../infra/local/postgres/server.ts'
import { type Connection, connect, type Sql } from '../../../shared/db/client.ts'
import { migrate } from '../../../shared/db/migrate.ts'
import { MIGRATIONS } from '../repository.ts'

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

/** Migrates it, allows loopback, and lets the functions' roles sign in. Returns how each of them does. */
export async function prepareDatabase(sql: Sql, owner: Connection): Promise<BenchDatabase['as']> {
  await migrate(sql, MIGRATIONS)
  await sql`update policy set allowed_addresses = 'global,private,loopback'`
  const roles = await sql<
    { rolname: string }[]
  >`select rolname from pg_roles where rolname like 'awareness\\_%'`
  for (const { rolname } of roles) await sql.unsafe(`alter role ${rolname} password '${rolname}'`)
  return (role) => ({ ...owner, username: role, password: role })
}
