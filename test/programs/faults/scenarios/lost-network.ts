/**
 * A program for a network namespace of its own, in which it may do as it likes: the network of a whole fleet is
 * lost, in the way that its argument names, and comes back. Prints a row of the table as JSON.
 */

import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { PROBE_BUDGET_MS } from '../../../../shared/net/tcp-probe.ts'
import { listen } from '../../../support/servers/listen.ts'
import { alwaysEnds } from '../ending.ts'
import { becomes, judge } from '../scenario.ts'
import { startWorld } from '../world.ts'

const HOSTS = 200
/** A cadence of 60 s takes 10 s, twice what a probe may: else it could meet its own predecessor. */
const SPEED = 6
const NETWORK = '10.99.0.0/24'
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

const AT_MOST_MS = 3 * 60_000

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
  targets: Array.from({ length: HOSTS }, (_, i) => ({ address: `10.99.0.${i + 1}`, port })),
  setUp: async (targets, isUp) => {
    if (targets.length === 0) return
    const [gone, comes] = isUp ? [lostRoute, LOCAL] : [LOCAL, lostRoute]
    if (gone !== null) ip(`route del ${gone}`)
    if (comes !== null) ip(`route add ${comes}`)
  },
  speed: SPEED,
  intervalSeconds: 60,
  hostsPerSchedule: 100,
  concurrency: 4,
  environments: 'processes',
  databaseLimits: 'tight',
})
const START_WITHIN_MS = 30_000
await becomes(async () => (await world.fleet.wrong()) === 0, START_WITHIN_MS)
world.tally.take()
await world.fleet.flip(HOSTS)
const lost = await judge(world, '', PROBE_BUDGET_MS)
await world.fleet.flip(HOSTS)
const { broken, ...row } = await judge(world, `the network of all hosts ${way}, and back`)
const errors = await world.database.look(
  (sql) => sql<{ error: string; events: number }[]>`
    select detail ->> 'error_type' as error, count(*)::int as events from audit_events
    where detail ->> 'new_status' = 'unreachable' group by 1`,
)
const downAfter = `after ${((lost.rightAfterMs ?? Number.NaN) / 1000).toFixed(1)} s`
const down = errors.map(({ error, events }) => `${events} hosts shown down with ${error} ${downAfter}`)
const seen = `${down.join(', ')}; ${row.seen}`
process.stdout.write(JSON.stringify({ ...row, seen, broken: [...lost.broken, ...broken] }))
server.close()
