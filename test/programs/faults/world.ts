import { Writable } from 'node:stream'
import { createClock } from '../../../infra/local/clock.ts'
import { type DriftPipeline, startDriftPipeline } from '../../../infra/local/drift-pipeline.ts'
import { createLambda } from '../../../infra/local/emulators/lambda/function.ts'
import type { Delivery } from '../../../infra/local/emulators/scheduler/server.ts'
import { PROBE_FUNCTION, type ProbeLambda, probeEnvironment } from '../../../infra/local/functions.ts'
import { startPublishing } from '../../../infra/local/publishing.ts'
import { startScheduling } from '../../../infra/local/scheduling.ts'
import type { ProbeAnswer } from '../../../shared/contracts/probe-answer.ts'
import { setProbeCadence } from '../../../shared/db/policy.ts'
import { type FaultyDatabase, startFaultyDatabase } from './database.ts'
import { createFleet, type Fleet, type Target } from './fleet.ts'
import { createProbeProcesses, type ProbeProcesses } from './probe-processes.ts'
import { countProbe, createTally, errorCode, type Tally } from './tally.ts'

/** How a firing of Scheduler reaches its function. */
export type Deliver = (delivery: Delivery, invoke: () => void) => void
export const IN_TIME: Deliver = (_, invoke) => invoke()

export type World = AsyncDisposable & {
  readonly database: FaultyDatabase
  readonly fleet: Fleet
  readonly probe: ProbeLambda
  readonly processes: ProbeProcesses
  readonly drift: DriftPipeline
  /** What the event bus took, in its order. */
  readonly onBus: readonly EventOnBus[]
  readonly tally: Tally
  /** What a scenario may turn: everybody's clock is `clockErrorMs` ahead of Scheduler's. */
  readonly knobs: { deliver: Deliver; clockErrorMs: number }
  /** How long the fleet's cadence takes in real time. */
  readonly cadenceMs: number
}

/** As much of an event as tells which one it is: an hour of a large fleet has many. */
export type EventOnBus = {
  readonly detail: { readonly id: unknown; readonly host_id: unknown; readonly sequence: unknown }
}

export type WorldOptions = {
  readonly targets: readonly Target[]
  readonly setUp: (targets: readonly Target[], isUp: boolean) => Promise<void>
  /** Fleet seconds in a real one. */
  readonly speed: number
  readonly intervalSeconds: number
  readonly hostsPerSchedule: number
  /** Environments that probe. */
  readonly concurrency: number
  /** Of this process, or processes of their own, which can be killed. */
  readonly environments: 'of this process' | 'processes'
  readonly databaseLimits: 'tight' | 'usual'
}

/** Short, so that a message which met a fault is judged within the run. */
const VISIBILITY_TIMEOUT_SECONDS = 4

/** All of the local product with its probe function in processes, and a hand on everything that may fail. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const stack = new AsyncDisposableStack()
  try {
    return await build(options, stack)
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function build(options: WorldOptions, stack: AsyncDisposableStack): Promise<World> {
  const { speed, intervalSeconds, hostsPerSchedule } = options
  const database = stack.use(await startFaultyDatabase(options.databaseLimits))
  await setProbeCadence(database.local.owner, { probeIntervalSeconds: intervalSeconds, hostsPerSchedule })
  const fleet = await createFleet(database, options.targets, options.setUp)
  const clock = createClock({ speed })
  const knobs = { deliver: IN_TIME, clockErrorMs: 0 }
  const tally = createTally()
  const now = (): Date => new Date(clock.now().getTime() + knobs.clockErrorMs)
  const processes = stack.use(
    createProbeProcesses(database.local.as('awareness_probe'), { now, speed }, (how) =>
      tally.count(`processes ended by ${how}`),
    ),
  )
  const surroundings = { database: database.local, now, log: nowhere() }
  const probe = createLambda<unknown, ProbeAnswer>({
    ...PROBE_FUNCTION,
    maxConcurrency: options.concurrency,
    coldStart:
      options.environments === 'processes' ? processes.coldStart : () => probeEnvironment(surroundings),
    onResult: (result) => countProbe(tally, result),
  })
  stack.defer(probe.drain)
  const onFault = (error: unknown): void => tally.count(`fan-out runs failed with ${errorCode(error)}`)
  const deliver: Deliver = (delivery, invoke) => knobs.deliver(delivery, invoke)
  const drift = await startDriftPipeline({
    ...surroundings,
    visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
    onFault: () => tally.count('batches of scans failed'),
  })
  stack.defer(drift.stop)
  const onBus: EventOnBus[] = []
  const publishing = await startPublishing({
    ...surroundings,
    onEvent: ({ detail: { id, host_id, sequence } }) =>
      void onBus.push({ detail: { id, host_id, sequence } }),
    onFault: (error) => tally.count(`publish runs failed with ${errorCode(error)}`),
  })
  stack.defer(publishing.stop)
  const { publish } = publishing
  const scheduling = await startScheduling({ ...surroundings, clock, probe, publish, onFault, deliver })
  stack.defer(async () => {
    await scheduling.stop()
    await scheduling.drain()
  })
  const cadenceMs = clock.realMs(intervalSeconds * 1000)
  return {
    database,
    fleet,
    probe,
    processes,
    drift,
    onBus,
    tally,
    knobs,
    cadenceMs,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Takes log lines and keeps none. */
export const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })
