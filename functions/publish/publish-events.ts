import { callsByLane } from '../../shared/domain/bus-calls.ts'
import { type BusEvent, busEvent, type PutFault } from '../../shared/domain/bus-event.ts'
import { isPublished, type OutboxBatch, type OutboxEvent, orderKey } from '../../shared/domain/outbox.ts'
import { type EventFault, type PutEvents, putLane, toPutFault } from './put-lane.ts'

export type PublishPorts = {
  readonly stage: string
  readonly busExists: (signal: AbortSignal) => Promise<boolean>
  readonly put: PutEvents
  /** Commits what the body marked when it ends. */
  readonly inBatch: <T>(limit: number, body: (batch: OutboxBatch) => Promise<T>) => Promise<T>
}

export type PublishReport = {
  readonly bus: 'there' | 'gone' | 'no_answer'
  /** Why the question whether the bus exists was not answered; null where it was. */
  readonly busFault: PutFault | null
  readonly published: number
  /** Of other writers, and not for the bus. */
  readonly skipped: number
  /** Ids of the events that were published without their particulars, for their size. */
  readonly cut: readonly string[]
  /** Of the events that the bus did not take: they are put again by the next run. */
  readonly faults: readonly EventFault[]
  /** How long the event that waited longest had waited, in seconds; 0 where none was published. */
  readonly longestWaitSeconds: number
}

/** What one transaction publishes: it is open for as long as the bus takes to answer some twenty calls. */
export const EVENTS_PER_BATCH = 200
/** Calls of PutEvents at once: with a bus that answers in 5 ms that is some thousands of events a second. */
const LANES = 4
/** Less than the database lets a transaction be idle: the role's own limit is 20 s (migration 015). */
const BATCH_MS = 15_000

/**
 * Publishes what waits, batch after batch, until nothing does. What the bus took is marked, and the rest is put
 * again by the next run: at least once, never lost, and the events of one host in their order.
 */
export async function publishEvents(ports: PublishPorts, signal: AbortSignal): Promise<PublishReport> {
  // To a bus that does not exist PutEvents answers with success, and drops the events.
  const found = await findBus(ports, signal)
  if (found.bus !== 'there') return { ...NOTHING, ...found }
  let total = NOTHING
  let isDone = false
  while (!isDone && !signal.aborted) {
    const batch = await publishBatch(ports, signal)
    total = sum(total, batch.report)
    isDone = !batch.isFull || batch.isBroken || batch.report.published + batch.report.skipped === 0
  }
  return total
}

const findBus = async (
  { busExists }: PublishPorts,
  signal: AbortSignal,
): Promise<Pick<PublishReport, 'bus' | 'busFault'>> => {
  try {
    return { bus: (await busExists(signal)) ? 'there' : 'gone', busFault: null }
  } catch (error) {
    return { bus: 'no_answer', busFault: toPutFault(error) }
  }
}

const NOTHING: PublishReport = {
  bus: 'there',
  busFault: null,
  published: 0,
  skipped: 0,
  cut: [],
  faults: [],
  longestWaitSeconds: 0,
}

const sum = (a: PublishReport, b: PublishReport): PublishReport => ({
  bus: a.bus,
  busFault: a.busFault,
  published: a.published + b.published,
  skipped: a.skipped + b.skipped,
  cut: [...a.cut, ...b.cut],
  faults: [...a.faults, ...b.faults],
  longestWaitSeconds: Math.max(a.longestWaitSeconds, b.longestWaitSeconds),
})

type BatchResult = {
  readonly report: PublishReport
  /** Whether there may be more events than were taken. */
  readonly isFull: boolean
  /** Whether the bus failed, and not single events: to go on would not help. */
  readonly isBroken: boolean
}

const publishBatch = (ports: PublishPorts, signal: AbortSignal): Promise<BatchResult> =>
  ports.inBatch(EVENTS_PER_BATCH, async ({ events, publishActions, lost, markPublished, markNotForBus }) => {
    const forBus = events.filter((event) => isPublished(event, publishActions))
    const others = events.filter((event) => !isPublished(event, publishActions))
    const queue = forBus.map((event) => queued(event, ports.stage))
    const until = AbortSignal.any([signal, lost, AbortSignal.timeout(BATCH_MS)])
    const lanes = await Promise.all(
      callsByLane(queue, LANES).map((calls) => putLane(ports.put, calls, until)),
    )
    const taken = lanes.flatMap((lane) => lane.taken)
    if (others.length > 0) await markNotForBus(others.map(({ id }) => id))
    const longestWaitSeconds = taken.length === 0 ? 0 : await markPublished(taken.map(({ id }) => id))
    const report: PublishReport = {
      ...NOTHING,
      published: taken.length,
      skipped: others.length,
      cut: taken.filter(({ isCut }) => isCut).map(({ id }) => id),
      faults: lanes.flatMap(({ faults }) => faults),
      longestWaitSeconds,
    }
    return {
      report,
      isFull: events.length === EVENTS_PER_BATCH,
      isBroken: lanes.some(({ isBroken }) => isBroken),
    }
  })

function queued(event: OutboxEvent, stage: string): { event: BusEvent; key: string; bytes: number } {
  const onBus = busEvent(event, stage)
  return { event: onBus, key: orderKey(event), bytes: onBus.bytes }
}
