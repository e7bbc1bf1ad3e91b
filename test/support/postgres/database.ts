import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { AuditEventRow } from '../../../shared/contracts/audit-event.ts'
import { type Connection, connect, type Sql } from '../../../shared/db/client.ts'
import type { FunctionRole } from '../../../shared/domain/functions.ts'

export type TestDatabase = AsyncDisposable & {
  /** The owner's client, for arranging and for looking. */
  readonly sql: Sql
  readonly owner: Connection
  /** How one of the functions signs in. */
  as(role: FunctionRole): Connection
}

/** A database of a test's own, made from the migrated template and dropped at the end of its scope. */
export async function freshDatabase(template = 'template_migrated'): Promise<TestDatabase> {
  const admin = inject('admin')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await withAdmin(admin, (sql) => sql.unsafe(`create database ${name} template ${template}`))
  const owner = { ...admin, database: name }
  const sql = connect(owner, 4)
  return {
    sql,
    owner,
    as: (role) => ({ ...owner, username: role, password: role }),
    [Symbol.asyncDispose]: async () => {
      await everyEventKeepsToItsContract(sql)
      await sql.end({ timeout: 5 })
      await withAdmin(admin, (client) => client.unsafe(`drop database ${name} with (force)`))
    },
  }
}

async function withAdmin(admin: Connection, run: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = connect(admin)
  try {
    await run(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Whatever a test has audited is what docs/contracts.md promises to its readers. */
async function everyEventKeepsToItsContract(sql: Sql): Promise<void> {
  const [audit] = await sql`select to_regclass('awareness_schema_version') is not null as is_migrated`
  if (audit?.is_migrated !== true) return
  const rows = await sql`
    select distinct on (action, outcome) action, severity, outcome, resource_type, resource_id, detail
    from audit_events where actor_id like 'awareness-%'`
  for (const row of rows) AuditEventRow.parse(row)
}
