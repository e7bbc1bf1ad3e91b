import { execFile } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { Connection } from '../../shared/db/client.ts'
import { openDatabase, type Transactions } from '../../shared/db/transaction.ts'
import { freshDatabase } from '../support/postgres/database.ts'
import { type Line, startLine } from '../support/postgres/line.ts'

const backendOf = ({ transaction }: Transactions): Promise<number> =>
  transaction('snapshot', async (tx) => {
    const [row] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`
    return row.pid
  })

/** A line to the server whose connections can be made to swallow everything, as a router does that forgot them. */
async function forgetfulLine(to: Connection): Promise<Line & { readonly forget: () => void }> {
  const sockets: Socket[] = []
  const line = await startLine(to, (client, server) => {
    sockets.push(client, server)
    client.pipe(server).pipe(client)
  })
  const forget = () => sockets.forEach((socket) => void socket.unpipe().resume())
  return { ...line, forget }
}

it('a connection that was idle for longer than 20 s, as in a frozen environment, is replaced before it is used', async () => {
  await using db = await freshDatabase()
  let nowMs = Date.now()
  const database = openDatabase(db.owner, () => nowMs)
  const first = await backendOf(database)
  nowMs += 20_000
  expect(await backendOf(database)).toBe(first)
  nowMs += 20_001
  const second = await backendOf(database)
  expect(second).not.toBe(first)
  expect(await backendOf(database)).toBe(second)
  const left = () => db.sql`select from pg_stat_activity where pid = ${first}`
  await expect.poll(left).toHaveLength(0)
  await database.close()
})

it('a connection that a router forgot while its environment was frozen delays no transaction', async () => {
  await using db = await freshDatabase()
  await using line = await forgetfulLine(db.owner)
  let nowMs = Date.now()
  const database = openDatabase({ ...db.owner, port: line.port }, () => nowMs)
  const first = await backendOf(database)
  line.forget()
  nowMs += 60_000
  expect(await backendOf(database)).not.toBe(first)
  await database.close()
})

it('a connection in use is not replaced, however long its transaction takes', async () => {
  await using db = await freshDatabase()
  let nowMs = Date.now()
  const database = openDatabase(db.owner, () => nowMs)
  const entered = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const first = database.transaction('snapshot', async (tx) => {
    entered.resolve()
    await held.promise
    return (await tx<[{ pid: number }]>`select pg_backend_pid() as pid`)[0].pid
  })
  await entered.promise
  nowMs += 60_000
  // It waits for the connection, as there is only one.
  const second = backendOf(database)
  held.resolve()
  expect(await second).toBe(await first)
  await database.close()
})

it('a transaction that loses its connection tells its body at once, and fails', async () => {
  await using db = await freshDatabase()
  const database = openDatabase(db.owner)
  const told = Promise.withResolvers<unknown>()
  const lostInTheMiddle = database.transaction('write', async (tx, lost) => {
    const [{ pid }] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`
    lost.addEventListener('abort', () => told.resolve(lost.reason))
    await db.sql`select pg_terminate_backend(${pid})`
    // The body waits for something else than the database, as a probe does.
    await told.promise
  })
  await expect(lostInTheMiddle).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  expect(await told.promise).toMatchObject({ code: 'CONNECTION_CLOSED' })
  await database.close()
})

it('a transaction whose deadline has passed is not begun, and one that is under way is rolled back', async () => {
  await using db = await freshDatabase()
  const database = openDatabase(db.owner)
  const deadline = new AbortController()
  const { transaction } = database.until(deadline.signal)
  const rename = transaction('write', async (tx, lost) => {
    await tx`update policy set hosts_per_schedule = 7`
    deadline.abort(new Error('too late'))
    expect(lost.aborted).toBe(true)
  })
  await expect(rename).rejects.toThrow('too late')
  let entered = false
  const another = transaction('write', async () => {
    entered = true
  })
  await expect(another).rejects.toThrow('too late')
  expect(entered).toBe(false)
  expect(await db.sql`select hosts_per_schedule from policy`).toEqual([{ hosts_per_schedule: 1 }])
  expect(await backendOf(database)).toBeGreaterThan(0)
  await database.close()
})

it('a connection that is lost in the middle of a transaction ends the transaction, never the process', async () => {
  await using db = await freshDatabase()
  const program = fileURLToPath(new URL('./lost-transaction.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(db.owner)])
  const outcomes = Object.values(JSON.parse(stdout) as Record<string, [string, string, string]>)
  expect(outcomes).toHaveLength(9)
  for (const [lost, , later] of outcomes) {
    expect(lost).toBe('failed with its connection')
    // The driver reports the end of the old session to the next transaction of the same client, and to none later.
    expect(later).toBe('committed')
  }
  expect(await db.sql`select to_regclass('left_behind') as sent_later`).toEqual([{ sent_later: null }])
})
