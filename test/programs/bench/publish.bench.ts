import { Writable } from 'node:stream'
import { publishEvents } from '../../../functions/publish/publish-events.ts'
import { publishPorts } from '../../../functions/runtime/publish-ports.ts'
import { localEventBridgeClient } from '../../../infra/local/emulators/event-bus/server.ts'
import { createProbeLambda, functionDeps } from '../../../infra/local/functions.ts'
import { startPublishing } from '../../../infra/local/publishing.ts'
import { eventBus } from '../../../shared/aws/event-bus.ts'
import { addHosts, addHostsAt } from '../../support/hosts.ts'
import type { BenchDatabase } from '../../support/postgres/prepared-database.ts'
import { writeChanges } from '../../support/published-events.ts'
import { startFarm } from '../../support/servers/ssh-farm.ts'
import { startBusProcess } from './bus-process.ts'
import { type Figure, median, secondsOf } from './figures.ts'

const EVENTS = 5_000
const ROUNDS = 5
/** Of each call of PutEvents: the function has four under way, so it is also measured how well it uses the wait. */
const ANSWER_AFTER_MS = 5
const CHANGES = 50

/** Publishing what waits, and how soon after its commit an event is on the bus. */
export const run = async (db: BenchDatabase): Promise<Figure[]> => [
  await publishing(db),
  ...(await delays(db)),
]

async function publishing(db: BenchDatabase): Promise<Figure> {
  await using bus = await startBusProcess(ANSWER_AFTER_MS)
  const hosts = await addHosts(db.sql, EVENTS)
  const client = localEventBridgeClient(bus.endpoint)
  const deps = functionDeps({ database: db, now: () => new Date(), log: nowhere() }, 'publish')
  const { signal } = new AbortController()
  const ports = publishPorts(
    { ...deps, stage: 'bench', bus: eventBus(client, bus.busName), sendDigest: async () => {} },
    signal,
  )
  const rounds: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    await writeChanges(db, hosts, round % 2 === 0 ? 'unreachable' : 'reachable')
    let published = 0
    const seconds = await secondsOf(async () => {
      ;({ published } = await publishEvents(ports, signal))
    })
    rounds.push(published / seconds)
  }
  await deps.database.close()
  client.destroy()
  return {
    name: `publish with a bus that answers in ${ANSWER_AFTER_MS} ms`,
    // The first round warms up, and publishes what other benchmarks left.
    value: median(rounds.slice(1)),
    unit: 'events/s',
    budget: { atLeast: 1_000 },
  }
}

/** The log line with which the probe function reports a change wakes the publish function. */
async function delays(db: BenchDatabase): Promise<Figure[]> {
  await using farm = await startFarm(CHANGES, 'ssh')
  const hosts = await addHostsAt(db.sql, farm.ports)
  const { sql: owner, owner: ownerSignIn, as } = db
  const database = { owner, ownerSignIn, as, isShared: false, close: async () => {} }
  const surroundings = { database, now: () => new Date(), log: nowhere() }
  let arrived = Promise.withResolvers<void>()
  const publishing = await startPublishing({
    ...surroundings,
    onEvent: () => arrived.resolve(),
    onFault: (error) => arrived.reject(error),
  })
  const probe = createProbeLambda({ ...surroundings, log: publishing.log })
  const delaysMs: number[] = []
  for (const host of hosts) {
    arrived = Promise.withResolvers()
    await probe.invoke({ hostIds: [host], cause: 'bench' })
    // Committed and reported, as far as anybody outside of the function can see.
    const committedMs = performance.now()
    await arrived.promise
    delaysMs.push(performance.now() - committedMs)
  }
  await probe.drain()
  await publishing.stop()
  const name = 'from the commit of a change to the bus, with a log line between'
  return [
    { name: `${name}: median`, value: median(delaysMs), unit: 'ms' },
    { name: `${name}: longest`, value: Math.max(...delaysMs), unit: 'ms', budget: { atMost: 10_000 } },
  ]
}

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })
