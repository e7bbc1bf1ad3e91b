/**
 * A program for a network namespace of its own, in which it may do as it likes: the network of a whole fleet is
 * lost, in the way that its argument names, and comes back. Prints a row of the table as JSON.
 */

import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { listen } from '../../../support/servers/listen.ts'
import { alwaysEnds } from '../ending.ts'
import { becomes, judge } from '../scenario.ts'
import { startWorld } from '../world.ts'

const HOSTS = 2_000
/** A cadence of 60 s takes 10 s, twice what a probe may: else it could meet its own predecessor. */
const SPEED = 6
const NETWORK = '10.99.0.0/16'
const LOCAL = `local ${NETWORK} dev lo`
/** What becomes of the network's route; null where there is none any more. */
const WAYS: Readonly<Record<string, string | null>> = {
  // What leaves by loopback for an address that is not local is dropped, and nobody is told.
  'a black hole': `${NETWORK} dev lo`,
  'without a route': null,
}
const ip = (command: string): void => {
  execFileSync('ip', command.split(' '))
}

const AT_MOST_MS = 4 * 60_000
/** Two minutes of fleet time, and what a busy machine takes. */
const HOLD_WITHIN_MS = 45_000
const HELD_CADENCES = 2
/** The hold, and two cadences more. */
const DOWN_WITHIN_MS = 90_000

const way = process.argv[2] ?? ''
const lostRoute = WAYS[way]
if (lostRoute === undefined) throw new Error(`no such way to lose a network: ${way}`)

alwaysEnds(AT_MOST_MS)
ip('link set lo up')
ip(`route add ${LOCAL}`)
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.end('SSH-2.0-OpenSSH_9.9\r\n')
})
const port = await listen(server, '0.0.0.0')

await using world = await startWorld({
  targets: Array.from({ length: HOSTS }, (_, i) => ({
    address: `10.99.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    port,
  })),
  setUp: async (targets, isUp) => {
    if (targets.length === 0) return
    const [gone, comes] = isUp ? [lostRoute, LOCAL] : [LOCAL, lostRoute]
    if (gone !== null) ip(`route del ${gone}`)
    if (comes !== null) ip(`route add ${comes}`)
  },
  speed: SPEED,
  intervalSeconds: 60,
  hostsPerSchedule: 500,
  concurrency: 8,
  environments: 'processes',
  databaseLimits: 'tight',
})
const START_WITHIN_MS = 30_000
const broken: string[] = []
const look = world.database.look
const allAreShownAsTheyAre = async (): Promise<boolean> => (await world.fleet.wrong()) === 0
const wait = async (what: string, isSo: () => Promise<boolean>, withinMs: number): Promise<number> => {
  const startedMs = performance.now()
  if (!(await becomes(isSo, withinMs))) broken.push(`not within ${withinMs} ms: ${what}`)
  return performance.now() - startedMs
}
const reported = async (action: string): Promise<number> => {
  const rows = await look(
    (sql) => sql<{ events: number }[]>`
      select count(*)::int as events from audit_events where action = ${action}`,
  )
  return rows[0]?.events ?? 0
}
const setRoute = (isThere: boolean): void => {
  if (lostRoute !== null) ip(`route ${isThere ? 'del' : 'add'} ${lostRoute}`)
  ip(`route ${isThere ? 'add' : 'del'} ${LOCAL}`)
}
const isReported = (action: string, times: number) => async (): Promise<boolean> =>
  (await reported(action)) === times
await wait('all hosts are up', allAreShownAsTheyAre, START_WITHIN_MS)
world.tally.take()

// It comes back before the hold is over: nobody is called down.
setRoute(false)
const suspectMs = await wait('the prober is suspect', isReported('prober.suspect', 1), HOLD_WITHIN_MS)
await delay(HELD_CADENCES * world.cadenceMs)
if (!(await allAreShownAsTheyAre()))
  broken.push(`${await world.fleet.wrong()} hosts were called down in the hold`)
setRoute(true)
await wait('the prober is trusted again', isReported('prober.trusted', 1), HOLD_WITHIN_MS)

// It outlasts the hold, which is made shorter than anybody would have it: all are called down, and come back.
await look((sql) => sql`update policy set hold_at_most_minutes = ${HELD_CADENCES}`)
await world.fleet.flip(HOSTS)
const downMs = await wait('all hosts are down', allAreShownAsTheyAre, DOWN_WITHIN_MS)
await world.fleet.flip(HOSTS)
const row = await judge(world, `the network of all hosts ${way}, and back`)
if ((await reported('prober.suspect')) !== 2 || (await reported('prober.trusted')) !== 2)
  broken.push('not one event at the beginning and the end of each hold')
const errors = await look(
  (sql) => sql<{ error: string; events: number }[]>`
    select detail ->> 'error_type' as error, count(*)::int as events from audit_events
    where detail ->> 'new_status' = 'unreachable' group by 1`,
)
const down = errors.map(({ error, events }) => `${events} hosts shown down with ${error} after the hold`)
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const seen = `suspect after ${seconds(suspectMs)}, nobody called down in ${HELD_CADENCES} cadences; for longer, ${down.join(', ')}, ${seconds(downMs)}; ${row.seen}`
process.stdout.write(JSON.stringify({ ...row, seen, broken: [...broken, ...row.broken] }))
server.close()
