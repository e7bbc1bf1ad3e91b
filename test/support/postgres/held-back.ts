import { expect } from 'vitest'
import type { Sql, Tx } from '../../../shared/db/client.ts'

/** Runs statements in a transaction that stays open until it is committed: as somebody else's that overlaps. */
export function heldBack(sql: Sql, body: (tx: Tx) => Promise<void>) {
  const done = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const ended = sql.begin(async (tx) => {
    await body(tx)
    done.resolve()
    await gate.promise
  })
  ended.catch(done.reject)
  return { isDone: done.promise, commit: gate.resolve, ended }
}

/** Waits until somebody who signed in as `role` waits for a lock of somebody else's. */
export const waitsForLock = (sql: Sql, role: string): Promise<void> =>
  expect
    .poll(
      () => sql`
        select pid from pg_stat_activity
        where datname = current_database() and usename = ${role} and wait_event_type = 'Lock'`,
      { timeout: 20_000, interval: 20 },
    )
    .toHaveLength(1)
