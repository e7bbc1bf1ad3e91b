import {
  type Delivered,
  firstOfEach,
  idsOf,
  outOfOrder,
  waitingIds,
} from '../../../support/published-events.ts'
import { type PublishingWorld, startPublishingWorld } from '../publishing-world.ts'
import { becomes, type Row } from '../scenario.ts'
import type { World } from '../world.ts'

/** The names of the scenarios of this file begin so. */
export const PUBLISHING = 'events on their way to the bus'

const HOSTS = 24
const OUTAGE_MINUTES = 10
/** A run begins, puts a call on each of its four lanes, and then the bus answers. */
const FIRST_ANSWER = 6
const FROZEN_WITHIN_MS = 20_000
/** The role's idle_in_transaction_session_timeout of 20 s, and a busy machine. */
const LOCK_FREED_WITHIN_MS = 40_000
const AT_MOST_RUNS = 100

/** What a scenario saw, beside how long it took until nothing waited any more. */
type Seen = {
  readonly seen: string
  readonly rightAfterMs: number | null
  readonly broken: readonly string[]
}

const SCENARIOS: Readonly<Record<string, (world: PublishingWorld) => Promise<Seen>>> = {
  'the publish function killed with SIGKILL at each step of a run': killedAtEachStep,
  'the publish function frozen with SIGSTOP in the middle of a run, and thawed when its transaction is gone':
    frozenAndThawed,
  'three runs of the publish function at once, and one of them killed': threeAtOnce,
  'a bus that takes seven of ten events': sevenOfTen,
  'the bus away for ten minutes of fleet time': busAway,
}

/** Publishes while what publishing depends on fails. A fleet of its own, so that each event is accounted for. */
export async function playPublishing(isWanted: (fault: string) => boolean): Promise<Row[]> {
  const rows: Row[] = []
  for (const [name, play] of Object.entries(SCENARIOS)) {
    const fault = `${PUBLISHING}: ${name}`
    if (!isWanted(fault)) continue
    await using world = await startPublishingWorld(HOSTS)
    rows.push({ fault, ...(await play(world)) })
  }
  return rows
}

/** Runs until nothing waits; null where that never comes. */
async function publishAll(world: PublishingWorld): Promise<{ runs: number; tookMs: number | null }> {
  const startedMs = performance.now()
  for (let runs = 1; runs <= AT_MOST_RUNS; runs++) {
    await world.run().catch(() => {})
    if ((await world.waiting()) === 0) return { runs, tookMs: performance.now() - startedMs }
  }
  return { runs: AT_MOST_RUNS, tookMs: null }
}

/** Events that are missing on the bus, were never written, or came before an earlier one of their host. */
function faultsOf(delivered: readonly Delivered[], written: readonly string[]): string[] {
  const [onBus, due] = [new Set(idsOf(delivered)), new Set<unknown>(written)]
  const missing = [...due].filter((id) => !onBus.has(id)).length
  const unknown = [...onBus].filter((id) => !due.has(id)).length
  const late = outOfOrder(firstOfEach(delivered)).length
  return [
    ...(missing > 0 ? [`${missing} events are not on the bus`] : []),
    ...(unknown > 0 ? [`${unknown} events on the bus were never written`] : []),
    ...(late > 0 ? [`${late} events came before an earlier one of their host`] : []),
  ]
}

const DOWN = `[faults] ${HOSTS} hosts down`

async function killedAtEachStep(world: PublishingWorld): Promise<Seen> {
  await world.change(world.hosts, 'reachable', 'unreachable')
  const whole = await world.runProcess().reply
  if (whole === null || whole.error !== null) throw new Error(`a run failed: ${whole?.error}`)
  world.takeDelivered()
  await world.takeDigests()
  const broken: string[] = []
  const count = { repeated: 0, digestsTwice: 0 }
  let slowestMs = 0
  for (const [i, step] of whole.steps.entries()) {
    const round = await killAt(world, i + 1)
    broken.push(...round.broken.map((sentence) => `step ${i + 1} (${step}): ${sentence}`))
    count.repeated += round.repeated
    count.digestsTwice += round.digests - 1
    slowestMs = Math.max(slowestMs, round.tookMs ?? Number.POSITIVE_INFINITY)
  }
  const seen = `${whole.steps.length} runs killed, ${count.repeated} events put twice, ${count.digestsTwice} digests sent twice`
  return { seen, rightAfterMs: slowestMs, broken }
}

/** A run is killed at a step, the next one finishes its work, and one more has nothing to do. */
async function killAt(world: PublishingWorld, step: number) {
  const written = await world.change(world.hosts, 'reachable', 'unreachable')
  const reply = await world.runProcess({ step, signal: 'SIGKILL' }).reply
  const byKilled = world.takeDelivered()
  const sentByKilled = (await world.takeDigests()).length
  const marked = written.length - (await world.waiting())
  const { tookMs } = await publishAll(world)
  await world.run()
  const after = world.takeDelivered()
  const digests = [...Array(sentByKilled).fill(DOWN), ...(await world.takeDigests())]
  const broken = faultsOf([...byKilled, ...after], written)
  if (reply !== null) broken.push('the run was not killed')
  if (marked !== 0 && marked !== written.length) broken.push(`${marked} events were marked`)
  // Only what the killed run had put and not marked may come again.
  const repeated = idsOf(after).filter((id) => idsOf(byKilled).includes(id)).length
  if (marked > 0 && repeated > 0) broken.push(`${repeated} events were put again after they were marked`)
  if (new Set(idsOf(after)).size !== after.length) broken.push('a whole run put events twice')
  if (digests.length < 1 || digests.length > 1 + sentByKilled || digests.some((text) => text !== DOWN)) {
    broken.push(`people were sent ${JSON.stringify(digests)}`)
  }
  return { broken, repeated, digests: digests.length, tookMs }
}

async function frozenAndThawed(world: PublishingWorld): Promise<Seen> {
  const first = await world.change(world.hosts, 'reachable', 'unreachable')
  const frozen = world.runProcess({ step: FIRST_ANSWER, signal: 'SIGSTOP' })
  const isFrozen = await becomes(async () => frozen.isFrozen(), FROZEN_WITHIN_MS)
  if (!isFrozen) throw new Error('no run was frozen')
  const frozenAtMs = performance.now()
  const second = await world.change(world.hosts, 'reachable', 'unreachable')
  let delivered = world.takeDelivered()
  const isFree = await becomes(async () => {
    await world.run().catch(() => {})
    return (await world.waiting()) === 0
  }, LOCK_FREED_WITHIN_MS)
  const freedAfterMs = performance.now() - frozenAtMs
  frozen.thaw()
  const reply = await frozen.reply
  delivered = [...delivered, ...world.takeDelivered()]
  const broken = faultsOf(delivered, [...first, ...second])
  if (!isFree) broken.push('the lock of the frozen run is not freed')
  if (reply === null || reply.error === null)
    broken.push('the thawed run ended well, without its transaction')
  const repeated = delivered.length - new Set(idsOf(delivered)).size
  const seen = `the lock freed after ${(freedAfterMs / 1000).toFixed(1)} s, ${repeated} events put twice, the thawed run gave up`
  return { seen, rightAfterMs: isFree ? freedAfterMs : null, broken }
}

async function threeAtOnce(world: PublishingWorld): Promise<Seen> {
  const states = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 'unreachable' : 'reachable'))
  const written = await world.change(world.hosts, ...(states as ('unreachable' | 'reachable')[]))
  const startedMs = performance.now()
  const runs = [world.runProcess(), world.runProcess(), world.runProcess({ step: 30, signal: 'SIGKILL' })]
  const replies = await Promise.all(runs.map(({ reply }) => reply))
  const tookMs = performance.now() - startedMs
  const left = await world.waiting()
  const { tookMs: restMs } = await publishAll(world)
  const delivered = world.takeDelivered()
  const broken = faultsOf(delivered, written)
  for (const reply of replies) if (reply?.error) broken.push(`a run failed: ${reply.error}`)
  const repeated = delivered.length - new Set(idsOf(delivered)).size
  // A killed run leaves one batch at most.
  if (repeated > 200) broken.push(`${repeated} events were put twice`)
  const killed = replies.filter((reply) => reply === null).length
  const seen = `${written.length} events, ${killed} run killed, ${left} left by all three, ${repeated} put twice`
  return { seen, rightAfterMs: restMs === null ? null : tookMs + restMs, broken }
}

async function sevenOfTen(world: PublishingWorld): Promise<Seen> {
  const written = await world.change(world.hosts, 'reachable', 'unreachable')
  world.faults.next({ refuse: [1, 4, 8], errorCode: 'ThrottlingException' }, 10_000)
  const { runs, tookMs } = await publishAll(world)
  world.faults.clear()
  const delivered = world.takeDelivered()
  const broken = faultsOf(delivered, written)
  // What is refused is not on the bus: there is no reason for anything to come twice.
  if (delivered.length !== written.length) broken.push('events were put twice')
  return { seen: `${written.length} events taken in ${runs} runs, none twice`, rightAfterMs: tookMs, broken }
}

/** Half of the time EventBridge fails, and half of the time it cannot be reached. People hear all the while. */
async function busAway(world: PublishingWorld): Promise<Seen> {
  const written: string[] = []
  let failed = 0
  world.faults.next('InternalException', 10_000)
  for (let minute = 1; minute <= OUTAGE_MINUTES; minute++) {
    world.bus.isReachable = minute <= OUTAGE_MINUTES / 2
    written.push(...(await world.change(world.hosts, minute % 2 === 1 ? 'unreachable' : 'reachable')))
    await world.run().catch(() => {
      failed += 1
    })
  }
  const digests = await world.takeDigests()
  const early = world.takeDelivered().length
  world.faults.clear()
  world.bus.isReachable = true
  const { tookMs } = await publishAll(world)
  const delivered = world.takeDelivered()
  const broken = faultsOf(delivered, written)
  if (early > 0) broken.push(`the bus took ${early} events while it was away`)
  if (delivered.length !== written.length) broken.push('events were put twice')
  if (digests.length !== OUTAGE_MINUTES) broken.push(`people were sent ${JSON.stringify(digests)}`)
  const seen = `${written.length} events waited, ${failed} runs failed, ${digests.length} digests sent meanwhile`
  return { seen, rightAfterMs: tookMs, broken }
}

const PUBLISHED_WITHIN_MS = 60_000

/** Whether each event that the faults of all other scenarios brought about is on the bus, in the order of its host. */
export async function judgeEventsOfAll({ database, onBus }: World): Promise<Row> {
  const startedMs = performance.now()
  const isPublished = async (): Promise<boolean> =>
    (await database.look((sql) => waitingIds({ sql }))).length === 0
  const isSettled = await becomes(isPublished, PUBLISHED_WITHIN_MS)
  const rightAfterMs = isSettled ? performance.now() - startedMs : null
  const rows = await database.look((sql) => sql<{ id: string }[]>`select id from audit_events`)
  const written = rows.map(({ id }) => id)
  const repeated = onBus.length - new Set(idsOf(onBus)).size
  return {
    fault: 'events published during all of these',
    seen: `${written.length} events on the bus, ${repeated} put twice`,
    rightAfterMs,
    broken: [...(isSettled ? [] : ['events are left']), ...faultsOf(onBus, written)],
  }
}
