import { availableParallelism } from 'node:os'
import { addHostsAt } from '../../../support/hosts.ts'
import type { BenchDatabase } from '../../../support/postgres/prepared-database.ts'
import { startFarm } from '../../../support/servers/ssh-farm.ts'
import { columns, median, rounded } from '../figures.ts'
import { startBlackbox } from './blackbox.ts'
import { checkSsh } from './check-ssh.ts'
import { type BenchHost, type Contestant, timeEach } from './contestant.ts'
import type { Peer } from './find-peer.ts'
import { startProber } from './prober.ts'
import { childrenCpuMicros, cpuMicros, peakResidentMiB } from './process-usage.ts'

/** Requests to the exporter at a time: more make it slower. */
const BLACKBOX_IN_FLIGHT = 64
/** So that everyone is measured warm. */
const WARM_UP_ROUNDS = 3

export type SpeedOptions = { readonly hosts: number; readonly rounds: number }

export type Speed = {
  readonly name: string
  /** Probes under way at a time; null: all hosts. */
  readonly inFlight: number | null
  readonly probesPerSecond: number
  /** The rate as a share of bare sockets', median of the rounds' shares. */
  readonly ofBare: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMicrosPerProbe: number | null
  readonly peakResidentMiB: number | null
}

/** Everyone probes the same hosts in turn, round after round, after some to warm up. */
export async function measureSpeed(
  db: BenchDatabase,
  programs: Readonly<Record<Peer, string | null>>,
  options: SpeedOptions,
): Promise<Speed[]> {
  await using farm = await startFarm(options.hosts, 'ssh')
  const ids = await addHostsAt(db.sql, farm.ports)
  const hosts = ids.flatMap((id, i) => ({ id, port: farm.ports[i] ?? 0 }))
  await using open = new AsyncDisposableStack()
  const contestants = [open.use(await bare(db)), open.use(await system(db))]
  if (programs.blackbox !== null) contestants.push(open.use(await blackbox(programs.blackbox)))
  if (programs.checkSsh !== null) contestants.push(open.use(plugin(programs.checkSsh)))
  return await inTurn(contestants, hosts, options.rounds)
}

type Measured = {
  readonly contestant: Contestant
  readonly cpuBefore: number | null
  readonly rates: number[]
  readonly latenciesMs: number[]
}

async function inTurn(
  contestants: readonly Contestant[],
  hosts: readonly BenchHost[],
  rounds: number,
): Promise<Speed[]> {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const contestant of contestants) await contestant.round(hosts)
  }
  const measured: Measured[] = []
  for (const contestant of contestants) {
    measured.push({ contestant, cpuBefore: await contestant.cpuMicros(), rates: [], latenciesMs: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contestant, rates, latenciesMs } of measured) {
      const done = await contestant.round(hosts)
      rates.push(hosts.length / done.seconds)
      latenciesMs.push(...done.latenciesMs)
    }
  }
  const bareRates = measured[0]?.rates ?? []
  return await Promise.all(measured.map((it) => speedOf(it, bareRates, hosts.length * rounds)))
}

async function speedOf(measured: Measured, bareRates: readonly number[], probes: number): Promise<Speed> {
  const { contestant, cpuBefore, rates, latenciesMs } = measured
  const cpu = await contestant.cpuMicros()
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const percentile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return {
    name: contestant.name,
    inFlight: contestant.inFlight,
    probesPerSecond: median(rates),
    ofBare: median(rates.map((rate, i) => rate / (bareRates[i] ?? Number.NaN))),
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    cpuMicrosPerProbe: cpu === null || cpuBefore === null ? null : (cpu - cpuBefore) / probes,
    peakResidentMiB: contestant.peakResidentMiB(),
  }
}

async function bare(db: BenchDatabase): Promise<Contestant> {
  const prober = await startProber('bare', db.owner)
  return {
    name: 'bare node:net',
    inFlight: null,
    round: prober.round,
    cpuMicros: async () => cpuMicros(prober.pid),
    peakResidentMiB: () => peakResidentMiB(prober.pid),
    [Symbol.asyncDispose]: () => prober[Symbol.asyncDispose](),
  }
}

/** Its CPU time is that of the function and of its database session. */
async function system(db: BenchDatabase): Promise<Contestant> {
  const prober = await startProber('system', db.as('awareness_probe'))
  return {
    name: 'this system, with its database',
    inFlight: null,
    round: prober.round,
    cpuMicros: async () => {
      const [session] = await db.sql<{ pid: number }[]>`
        select pid from pg_stat_activity where usename = 'awareness_probe' limit 1`
      const [own, database] = [cpuMicros(prober.pid), session && cpuMicros(session.pid)]
      return own === null || database == null ? null : own + database
    },
    peakResidentMiB: () => peakResidentMiB(prober.pid),
    [Symbol.asyncDispose]: () => prober[Symbol.asyncDispose](),
  }
}

async function blackbox(program: string): Promise<Contestant> {
  const exporter = await startBlackbox(program, BLACKBOX_IN_FLIGHT)
  return {
    name: 'blackbox_exporter, ssh_banner',
    inFlight: BLACKBOX_IN_FLIGHT,
    round: (hosts) => timeEach(hosts, BLACKBOX_IN_FLIGHT, mustBeUp(exporter.probe)),
    cpuMicros: async () => cpuMicros(exporter.pid),
    peakResidentMiB: () => peakResidentMiB(exporter.pid),
    [Symbol.asyncDispose]: () => exporter[Symbol.asyncDispose](),
  }
}

/** A process a probe: what each of them had resident is not known once it has ended. */
function plugin(program: string): Contestant {
  const inFlight = 2 * availableParallelism()
  return {
    name: 'check_ssh, a process a probe',
    inFlight,
    round: (hosts) =>
      timeEach(
        hosts,
        inFlight,
        mustBeUp((port) => checkSsh(program, port)),
      ),
    cpuMicros: async () => childrenCpuMicros(process.pid),
    peakResidentMiB: () => null,
    [Symbol.asyncDispose]: async () => {},
  }
}

/** A prober that fails on a healthy host is not measured. */
const mustBeUp =
  (probe: (port: number) => Promise<boolean>) =>
  async ({ port }: BenchHost) => {
    if (!(await probe(port))) throw new Error(`a healthy host on port ${port} was found down`)
  }

export function speedTable(speeds: readonly Speed[]): string {
  const [bareSpeed] = speeds
  const cpuOfBare = (cpu: number | null) =>
    cpu === null || bareSpeed?.cpuMicrosPerProbe == null
      ? ''
      : `${(cpu / bareSpeed.cpuMicrosPerProbe).toFixed(1)} ×`
  return columns([
    ['who', 'in flight', 'probes/s', 'of bare', 'p50 ms', 'p99 ms', 'CPU µs', 'of bare', 'peak MiB'],
    ...speeds.map((it) => [
      it.name,
      it.inFlight === null ? 'all' : String(it.inFlight),
      rounded(it.probesPerSecond),
      it.ofBare.toFixed(2),
      rounded(it.p50Ms),
      rounded(it.p99Ms),
      it.cpuMicrosPerProbe === null ? '–' : rounded(it.cpuMicrosPerProbe),
      cpuOfBare(it.cpuMicrosPerProbe) || '–',
      it.peakResidentMiB === null ? '–' : rounded(it.peakResidentMiB),
    ]),
  ])
}
