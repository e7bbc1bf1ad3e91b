import type { OutboxEvent } from './outbox.ts'

/** The `source` of every event of this product on the bus. */
export const EVENT_SOURCE = 'fleet-awareness'

/** EventBridge quota: a `detail-type` has 1 to 128 characters. */
const MAX_DETAIL_TYPE_CHARACTERS = 128
/** The detail type of an event of another writer that has no action: a detail type must not be empty. */
const NO_ACTION = 'none'

/**
 * What one event may take on the bus, in bytes of its JSON. EventBridge takes 256 KiB for all entries of a call
 * together, with some bytes for each entry beside its detail.
 */
export const MAX_EVENT_BYTES = 240 * 1024

/** An event as it is handed to EventBridge. */
export type BusEvent = {
  readonly id: string
  readonly detailType: string
  readonly time: Date
  /** JSON. */
  readonly detail: string
  readonly bytes: number
  /** Whether the particulars of the action were left out, because the event would be too large with them. */
  readonly isCut: boolean
}

/** Why the bus did not take an event. */
export type PutFault = { readonly code: string; readonly message: string }

/**
 * The event that consumers receive: what is the same for every action, and beside it the particulars of the action.
 * Consumers tell repeated events by `id`. An event that is too large for the bus comes without its particulars, and
 * says so with `detail_omitted`.
 */
export function busEvent(event: OutboxEvent, stage: string): BusEvent {
  const envelope = {
    id: event.id,
    sequence: event.sequence,
    stage,
    occurred_at: event.occurredAt.toISOString(),
    host: event.host,
    in_maintenance: event.isInMaintenance,
    flapping: event.isFlapping,
  }
  const whole = event.isDetailOmitted ? null : JSON.stringify({ ...particulars(event.detail), ...envelope })
  const isCut = whole === null || byteLength(whole) > MAX_EVENT_BYTES
  const detail = isCut ? JSON.stringify({ ...envelope, detail_omitted: true }) : whole
  const detailType = event.action.slice(0, MAX_DETAIL_TYPE_CHARACTERS) || NO_ACTION
  return { id: event.id, detailType, time: event.occurredAt, detail, bytes: byteLength(detail), isCut }
}

const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8')

/** The product's own are objects; of other writers it is not known what they keep there. */
const particulars = (detail: unknown): object =>
  typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : { detail }
