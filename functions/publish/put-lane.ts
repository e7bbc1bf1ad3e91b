import type { Queued } from '../../shared/domain/bus-calls.ts'
import type { BusEvent, PutFault } from '../../shared/domain/bus-event.ts'

export type EventFault = PutFault & { readonly eventId: string }

/** The faults are in the order of the events; a call that fails as a whole is thrown. */
export type PutEvents = (events: readonly BusEvent[], signal: AbortSignal) => Promise<(PutFault | null)[]>

export type LaneResult = {
  readonly taken: readonly BusEvent[]
  readonly faults: readonly EventFault[]
  /** Whether a call failed as a whole, so that the rest of the lane was not put. */
  readonly isBroken: boolean
}

/**
 * Puts the calls of a lane one after another. After a refused event no later one of its host is put, so that none
 * overtakes it; after a call that failed as a whole, none at all.
 */
export async function putLane(
  put: PutEvents,
  calls: readonly (readonly Queued<BusEvent>[])[],
  signal: AbortSignal,
): Promise<LaneResult> {
  const taken: BusEvent[] = []
  const faults: EventFault[] = []
  const held = new Set<string>()
  for (const call of calls) {
    const due = call.filter(({ key }) => !held.has(key))
    if (signal.aborted) return { taken, faults, isBroken: true }
    if (due.length === 0) continue
    const answer = await putCall(put, due, signal)
    for (const [i, { event, key }] of due.entries()) {
      const fault = answer.isFailed ? answer.fault : (answer.faults[i] ?? null)
      if (fault === null) taken.push(event)
      else {
        held.add(key)
        faults.push({ ...fault, eventId: event.id })
      }
    }
    if (answer.isFailed) return { taken, faults, isBroken: true }
  }
  return { taken, faults, isBroken: false }
}

type CallAnswer =
  | { readonly isFailed: false; readonly faults: readonly (PutFault | null)[] }
  | { readonly isFailed: true; readonly fault: PutFault }

/** A call may fail after the bus took its events: they are put again, and consumers tell them by their ids. */
async function putCall(
  put: PutEvents,
  call: readonly Queued<BusEvent>[],
  signal: AbortSignal,
): Promise<CallAnswer> {
  const events = call.map(({ event }) => event)
  try {
    return { isFailed: false, faults: await put(events, signal) }
  } catch (error) {
    return { isFailed: true, fault: toPutFault(error) }
  }
}

/** What a call of EventBridge failed with: AWS gives its errors the name of their code. */
export function toPutFault(error: unknown): PutFault {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return { code: name, message }
}
