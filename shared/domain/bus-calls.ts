import { fnv1a64 } from './hash.ts'

/** EventBridge quota: PutEvents takes 10 entries. */
const MAX_ENTRIES_PER_CALL = 10
/** EventBridge quota: 256 KiB for all entries of a call. Each has some bytes beside its detail: see ENTRY_BYTES. */
const MAX_BYTES_PER_CALL = 256 * 1024
/** Source, detail type, time and bus of an entry never need more. */
const ENTRY_BYTES = 512

export type Queued<T> = {
  readonly event: T
  /** Events with the same key keep their order. */
  readonly key: string
  /** The size of the event's detail. */
  readonly bytes: number
}

/**
 * Divides events into lanes of calls. Lanes may run at the same time, the calls of a lane one after another, and
 * all events with one key are in one lane in their order. No call has two events with one key: EventBridge may
 * take the second and refuse the first.
 */
export function callsByLane<T>(events: readonly Queued<T>[], lanes: number): Queued<T>[][][] {
  const queues = Array.from({ length: lanes }, (): Queued<T>[] => [])
  for (const queued of events) queues[chooseLane(queued.key, lanes)]?.push(queued)
  return queues.filter((queue) => queue.length > 0).map(splitIntoCalls)
}

const encoder = new TextEncoder()

const chooseLane = (key: string, lanes: number): number =>
  Number(fnv1a64(encoder.encode(key)) % BigInt(lanes))

/** @param queue at least one event. */
function splitIntoCalls<T>(queue: readonly Queued<T>[]): Queued<T>[][] {
  const calls: Queued<T>[][] = []
  let call: Queued<T>[] = []
  let keys = new Set<string>()
  let bytes = 0
  for (const queued of queue) {
    const size = queued.bytes + ENTRY_BYTES
    const isFull = call.length === MAX_ENTRIES_PER_CALL || bytes + size > MAX_BYTES_PER_CALL
    if (call.length > 0 && (isFull || keys.has(queued.key))) {
      calls.push(call)
      call = []
      keys = new Set()
      bytes = 0
    }
    call.push(queued)
    keys.add(queued.key)
    bytes += size
  }
  return [...calls, call]
}
