import { expect } from 'vitest'
import type { Sql } from '../../../shared/db/client.ts'
import type { Database } from '../../../shared/db/transaction.ts'
import type { FunctionRole } from '../../../shared/domain/functions.ts'

/**
 * Freezes the server's processes for the sessions of a role. Returns a function that thaws them, and waits until
 * they have ended: what they had received is then done or rolled back.
 */
export async function freezeSessions(sql: Sql, role: FunctionRole): Promise<() => Promise<void>> {
  const rows = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where usename = ${role} and datname = current_database()`
  expect(rows.length, `sessions of ${role}`).toBeGreaterThan(0)
  return freezeProcesses(
    sql,
    rows.map(({ pid }) => pid),
  )
}

/** As `freezeSessions`, for the server's processes of these ids. */
export function freezeProcesses(sql: Sql, pids: readonly number[]): () => Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  return async () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
    const left = () => sql`
      select pid from pg_stat_activity where pid in (select jsonb_array_elements_text(${sql.json([...pids])})::int)`
    await expect.poll(left, { timeout: 15_000, interval: 20 }).toEqual([])
  }
}

/** More than any function has transactions one after the other without a call to AWS between them. */
const ROUNDS = 5

/** Waits behind whatever the database has begun: it has one connection, which serves one transaction at a time. */
export async function untilNothingIsUnderWay(database: Database): Promise<void> {
  const { transaction } = database.until(new AbortController().signal)
  for (let round = 0; round < ROUNDS; round++) await transaction('snapshot', (tx) => tx`select 1`)
}
