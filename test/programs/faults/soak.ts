/**
 * `npm run soak`: an hour in the life of 10,000 hosts in a minute, 1 % of them flapping. What a process may lose
 * little by little is looked at ten times, at rest, and must not grow: memory, connections, open files.
 */
import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Farm, startFarm } from '../../support/servers/ssh-farm.ts'
import { alwaysEnds } from './ending.ts'
import { refuseFewFiles } from './open-files.ts'
import { becomes } from './scenario.ts'
import { IN_TIME, startWorld, type World } from './world.ts'

const HOSTS = 10_000
const FARMS = 4
const FLAPPING_HOSTS = 100
const SPEED = 60
const RUN_MS = 60_000
const LOOK_EVERY_MS = 6_000
/** Sometimes longer than the two probes that it takes to be down, sometimes shorter. */
const FLAP_EVERY_MS = 7_000
const START_WITHIN_MS = 60_000
const SETTLED_WITHIN_MS = 60_000
/** Probes at once, the server's connections and what Node has open. */
const OPEN_FILES = 2_500
/** Four environments of 500 hosts. */
const HOSTS_PER_SCHEDULE = 500
const ENVIRONMENTS = 4

/** It always ends, whatever hangs: in an orderly way it takes less than two minutes. */
const AT_MOST_MS = 5 * 60_000

/** How much more the last third of the looks may show than the second: generous, a leak of a host is far above. */
const MAY_GROW = { heapMiB: 16, residentMiB: 48, openFiles: 4, connections: 2 }
type Look = { readonly [What in keyof typeof MAY_GROW]: number } & { readonly probes: number }

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const MIB = 1_048_576

/** With nothing under way: firings wait meanwhile, and come then. */
async function lookAtRest(world: World): Promise<Look> {
  const waiting: (() => void)[] = []
  world.knobs.deliver = (_, invoke) => {
    waiting.push(invoke)
  }
  await becomes(async () => world.probe.counts().running + world.probe.counts().waiting === 0, 30_000)
  const connections = await world.database.look(
    (sql) => sql<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity where usename like 'awareness\\_%'`,
  )
  collectGarbage()
  const { rss, heapUsed } = process.memoryUsage()
  world.knobs.deliver = IN_TIME
  for (const invoke of waiting) invoke()
  return {
    heapMiB: heapUsed / MIB,
    residentMiB: rss / MIB,
    openFiles: openFiles(),
    connections: connections[0]?.n ?? 0,
    probes: world.tally.of('probes'),
  }
}

/** Elsewhere than on Linux, what Node itself has under way: sockets and servers are among it. */
function openFiles(): number {
  return process.platform === 'linux'
    ? readdirSync('/proc/self/fd').length
    : process.getActiveResourcesInfo().length
}

async function flap(farms: readonly Farm[], ended: AbortSignal): Promise<void> {
  let isUp = true
  while (!ended.aborted) {
    isUp = !isUp
    await setFlapping(farms, isUp)
    await delay(FLAP_EVERY_MS, undefined, { signal: ended }).catch(() => {})
  }
  await setFlapping(farms, true)
}

const setFlapping = (farms: readonly Farm[], isUp: boolean): Promise<unknown> =>
  Promise.all(farms.map((farm) => farm.setUp(farm.ports.slice(0, FLAPPING_HOSTS / FARMS), isUp)))

async function soak(world: World, farms: readonly Farm[]): Promise<Look[]> {
  if (!(await becomes(async () => (await world.fleet.wrong()) === 0, START_WITHIN_MS))) {
    throw new Error(`the fleet did not come up: ${world.tally.take()}`)
  }
  world.tally.take()
  const ended = new AbortController()
  const flapping = flap(farms, ended.signal)
  const looks: Look[] = []
  print('s       heap    resident  open files  connections  probes')
  for (let atMs = LOOK_EVERY_MS; atMs <= RUN_MS; atMs += LOOK_EVERY_MS) {
    await delay(LOOK_EVERY_MS)
    const look = await lookAtRest(world)
    looks.push(look)
    const { heapMiB, residentMiB, openFiles, connections, probes } = look
    const memory = `${heapMiB.toFixed(1).padStart(5)} MiB  ${residentMiB.toFixed(0).padStart(4)} MiB`
    print(
      `${String(atMs / 1000).padEnd(6)}${memory}  ${String(openFiles).padStart(10)}  ${String(connections).padStart(11)}  ${probes}`,
    )
  }
  ended.abort()
  await flapping
  return looks
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** A sentence for whatever grew by more than it may. */
function growth(looks: readonly Look[]): string[] {
  const third = Math.floor(looks.length / 3)
  const before = looks.slice(third, 2 * third)
  const after = looks.slice(-third)
  const mean = (of: readonly Look[], what: keyof Look): number =>
    of.reduce((sum, look) => sum + look[what], 0) / of.length
  return Object.entries(MAY_GROW).flatMap(([name, atMost]) => {
    const what = name as keyof typeof MAY_GROW
    const by = mean(after, what) - mean(before, what)
    print(
      `${what}: ${by >= 0 ? '+' : ''}${by.toFixed(1)} from the second third to the last, at most +${atMost}`,
    )
    return by > atMost ? [`${what} grew by ${by.toFixed(1)}`] : []
  })
}

async function unfaithful({ database, fleet }: World): Promise<string[]> {
  const isRight = await becomes(async () => (await fleet.wrong()) === 0, SETTLED_WITHIN_MS)
  const [reports] = await database.look(
    (sql) => sql<{ events: number; torn: number }[]>`
      select count(*)::int as events, count(*) filter (where prior <> coalesce(before, 'unknown'))::int as torn
      from (
        select detail ->> 'prior_status' as prior,
          lag(detail ->> 'new_status') over (partition by resource_id order by recorded_at) as before
        from audit_events where action = 'host.connectivity.checked') as event`,
  )
  const { events = 0, torn = 0 } = reports ?? {}
  print(`${events} changes reported, of which ${torn} do not follow from the one before`)
  return [...(isRight ? [] : ['hosts are not shown as they are']), ...(torn > 0 ? ['reports are torn'] : [])]
}

alwaysEnds(AT_MOST_MS)
refuseFewFiles(Math.max(OPEN_FILES, HOSTS / FARMS + 500))
await using stack = new AsyncDisposableStack()
const farms: Farm[] = []
for (let i = 0; i < FARMS; i++) farms.push(stack.use(await startFarm(HOSTS / FARMS, 'ssh')))
const world = stack.use(
  await startWorld({
    targets: farms.flatMap(({ ports }) => ports.map((port) => ({ address: '127.0.0.1', port }))),
    setUp: async () => {},
    speed: SPEED,
    intervalSeconds: 300,
    hostsPerSchedule: HOSTS_PER_SCHEDULE,
    concurrency: ENVIRONMENTS,
    environments: 'of this process',
    databaseLimits: 'usual',
  }),
)
const looks = await soak(world, farms)
print(`what was seen: ${world.tally.take()}`)
const broken = [...growth(looks), ...(await unfaithful(world))]
for (const sentence of broken) print(`BROKEN: ${sentence}`)
process.exitCode = broken.length === 0 ? 0 : 1
