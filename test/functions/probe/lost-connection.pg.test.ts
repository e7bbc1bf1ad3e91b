import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import { environment, lambdaContext } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { listen, stopListening } from '../../support/servers/listen.ts'

const HOSTS = 20
/** Far below the 5 s that a probe of a silent host takes, and far above what closing sockets takes. */
const AT_ONCE_MS = 2_000
/** Long enough to connect to every host, and shorter than a probe of a silent one. */
const SECOND_DEADLINE_MS = 1_500

/** A host that accepts and then says nothing, and counts who is connected to it at the same time. */
async function silentHost() {
  let now = 0
  let most = 0
  const server = createServer((socket) => {
    now += 1
    most = Math.max(most, now)
    socket.on('error', () => {})
    socket.on('close', () => {
      now -= 1
    })
    socket.resume()
  })
  const port = await listen(server)
  return {
    port,
    connections: () => now,
    mostConnections: () => most,
    [Symbol.asyncDispose]: () => stopListening(server),
  }
}

it('an invocation that loses its database in mid-probe ends its probes at once, so that nobody else probes beside it', async () => {
  await using stack = new AsyncDisposableStack()
  const db = stack.use(await freshDatabase())
  const hosts = await Promise.all(Array.from({ length: HOSTS }, silentHost))
  for (const host of hosts) stack.use(host)
  const hostIds = await addHosts(db.sql, HOSTS)
  for (const [i, id] of hostIds.entries()) {
    await db.sql`update hosts set port = ${hosts[i]?.port ?? 0} where id = ${id}`
  }
  const [first, second] = [stack.use(environment(db)), stack.use(environment(db))]

  const losing = createProbeHandler(first)({ hostIds }, lambdaContext())
  losing.catch(() => {})
  const connected = () => hosts.map(({ connections }) => connections())
  await expect.poll(connected, { interval: 20, timeout: 10_000 }).toEqual(Array(HOSTS).fill(1))
  // Waits until the server has ended the session and freed its locks.
  await db.sql`
    select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where usename = 'awareness_probe' and datname = current_database()`
  const lostAtMs = performance.now()
  // Its next schedule fires.
  const takingOver = createProbeHandler(second, SECOND_DEADLINE_MS)({ hostIds }, lambdaContext())
  takingOver.catch(() => {})
  await expect(losing).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  expect(performance.now() - lostAtMs).toBeLessThan(AT_ONCE_MS)
  await expect.poll(connected, { interval: 5, timeout: 10_000 }).toEqual(Array(HOSTS).fill(1))
  await expect(takingOver).rejects.toMatchObject({ name: 'DeadlineExceededError' })
  await expect.poll(connected, { interval: 5, timeout: 10_000 }).toEqual(Array(HOSTS).fill(0))
  expect(hosts.map(({ mostConnections }) => mostConnections())).toEqual(Array(HOSTS).fill(1))
  expect(await db.sql`select from host_liveness where last_attempt_at is not null`).toEqual([])
})
