import { setTimeout as delay } from 'node:timers/promises'
import { locksHeld } from '../../support/functions/probe.ts'
import type { Scans } from './scans.ts'
import { IN_TIME, type World } from './world.ts'

export type Scenario = {
  readonly fault: string
  /** How long it lasts, from when it is there. */
  readonly lastsMs: number
  /** Brings the fault about, and returns what ends it. */
  readonly bring: (world: World) => Promise<() => Promise<void>>
}

export type Row = {
  readonly fault: string
  readonly seen: string
  /** From the end of the fault until the database showed every host as it is; null where that was not seen. */
  readonly rightAfterMs: number | null
  /** What did not hold, a sentence each. */
  readonly broken: readonly string[]
}

const FLIPPED_HOSTS = 100
const ANNOUNCED_SCANS = 10
/** Two cadences, as asked for, and what a busy machine takes to run its timers and processes. */
const CADENCES = 2
const MACHINE_MS = 5_000
const GIVE_UP_AFTER_MS = 45_000
const LOOK_EVERY_MS = 200

/** Waits until `isSo`; false where that takes longer than it may. */
export async function becomes(isSo: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const startedMs = performance.now()
  while (!(await isSo())) {
    if (performance.now() - startedMs > withinMs) return false
    await delay(LOOK_EVERY_MS)
  }
  return true
}

/** Brings a fault about, changes hosts and announces scans while it lasts, ends it, and looks what came of it. */
export async function play(world: World, scans: Scans | null, scenario: Scenario): Promise<Row> {
  await scans?.record(ANNOUNCED_SCANS)
  world.tally.take()
  const mend = await scenario.bring(world)
  await world.fleet.flip(FLIPPED_HOSTS)
  await scans?.announce()
  await delay(scenario.lastsMs)
  await mend()
  return judge(world, scenario.fault)
}

/** To be called at the end of a fault. `probeMs`: how long a probe takes that ends in nothing. */
export async function judge(world: World, fault: string, probeMs = 0): Promise<Row> {
  const endedMs = performance.now()
  const broken: string[] = []
  const isRight = await becomes(async () => (await world.fleet.wrong()) === 0, GIVE_UP_AFTER_MS)
  const rightAfterMs = isRight ? performance.now() - endedMs : null
  const atMostMs = CADENCES * world.cadenceMs + probeMs + MACHINE_MS
  if (rightAfterMs === null) broken.push(`${await world.fleet.wrong()} hosts are not shown as they are`)
  else if (rightAfterMs > atMostMs) broken.push(`right again only after ${Math.round(rightAfterMs)} ms`)
  broken.push(...(await atRest(world)))
  return { fault, seen: world.tally.take(), rightAfterMs, broken }
}

/** Nothing is under way then, so every lock is one too many and every report is there. */
async function atRest({ knobs, probe, database, fleet }: World): Promise<string[]> {
  const broken: string[] = []
  knobs.deliver = () => {}
  const isIdle = async (): Promise<boolean> => probe.counts().running + probe.counts().waiting === 0
  if (!(await becomes(isIdle, GIVE_UP_AFTER_MS))) broken.push('invocations do not end')
  const isFree = async (): Promise<boolean> => (await database.look(locksHeld)) === 0
  // The backend of a process that was killed may need a moment to notice.
  if (!(await becomes(isFree, 1_000))) broken.push(`${await database.look(locksHeld)} locks are left`)
  const misreported = await fleet.misreported()
  broken.push(...misreported)
  if (misreported.length > 0) await fleet.forgive()
  knobs.deliver = IN_TIME
  return broken
}
