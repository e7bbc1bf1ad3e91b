/**
 * A process whose transactions lose their connection, each in another moment; prints what became of each transaction,
 * and of the next one of the same client. Connection on the command line.
 */

import { begin, READ_COMMITTED } from '../../shared/db/begin.ts'
import { type Connection, connect, type Sql, type Tx } from '../../shared/db/client.ts'
import { isConnectionFault } from '../../shared/db/connection-fault.ts'

const to: Connection = JSON.parse(process.argv[2] ?? '')
const other = connect(to)

/** Ends the session of a transaction as soon as it is `active` or idle in its transaction. */
async function endSession(tx: Tx, state: 'active' | 'idle in transaction'): Promise<void> {
  const [{ pid }] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`
  const end = async (): Promise<void> => {
    const ended = await other`
      select pg_terminate_backend(pid) from pg_stat_activity where pid = ${pid} and state = ${state}`
    if (ended.length === 0) setTimeout(end, 5)
  }
  void end()
}

/** Ends the session of a transaction that has nothing under way, and returns when the body has heard of it. */
async function loseWhileIdle(tx: Tx, lost: AbortSignal): Promise<void> {
  await endSession(tx, 'idle in transaction')
  await new Promise((resolve) => lost.addEventListener('abort', resolve))
}

const MOMENTS: Record<string, (tx: Tx, lost: AbortSignal) => Promise<unknown>> = {
  'while a statement is under way': async (tx) => {
    await endSession(tx, 'active')
    await tx`select pg_sleep(60)`
  },
  'while statements are under way together': async (tx) => {
    await endSession(tx, 'active')
    await Promise.all([tx`select pg_sleep(60)`, tx`select 1`, tx.unsafe('select 2')])
  },
  'while a statement is under way, whose error is ignored': async (tx) => {
    await endSession(tx, 'active')
    await tx`select pg_sleep(60)`.catch(() => {})
    await tx`create table left_behind ()`
  },
  'while a cursor is read': async (tx) => {
    await endSession(tx, 'active')
    for await (const _ of tx`select pg_sleep(0.01) from generate_series(1, 10000)`.cursor(10));
  },
  'and then throws': async (tx, lost) => {
    await loseWhileIdle(tx, lost)
    throw new Error('of the body')
  },
  'and then goes on': async (tx, lost) => {
    await loseWhileIdle(tx, lost)
    await tx`select 1`
  },
  'and then goes on with a statement of before': async (tx, lost) => {
    const prepared = tx`create table left_behind ()`
    await loseWhileIdle(tx, lost)
    await prepared
  },
  'and then goes on, statement by statement, whatever fails': async (tx, lost) => {
    await loseWhileIdle(tx, lost)
    for (let i = 0; i < 20; i++) {
      await tx.unsafe('create table left_behind ()').catch(() => {})
      await new Promise(setImmediate)
    }
  },
  'and then ends': loseWhileIdle,
}

async function outcomeOf(sql: Sql, body: (tx: Tx, lost: AbortSignal) => Promise<unknown>): Promise<string> {
  try {
    await begin(sql, READ_COMMITTED, body)
    return 'committed'
  } catch (error) {
    return isConnectionFault(error) ? 'failed with its connection' : String(error)
  }
}

const outcomes: Record<string, string[]> = {}
for (const [name, moment] of Object.entries(MOMENTS)) {
  const sql = connect(to)
  const next = (tx: Tx): Promise<unknown> => tx`select ${name}::text`
  outcomes[name] = [await outcomeOf(sql, moment), await outcomeOf(sql, next), await outcomeOf(sql, next)]
  sql.end({ timeout: 0 }).catch(() => {})
}
await other.end({ timeout: 5 })
process.stdout.write(JSON.stringify(outcomes))
