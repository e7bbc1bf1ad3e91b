/** The host that an event is about, as it is now: also one that has left the fleet. */
export type EventHost = {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly port: number
}

/** A row of `audit_events` that was not published yet, with what its readers want to know beside it. */
export type OutboxEvent = {
  readonly id: string
  /** Ascending in the order in which rows were written. */
  readonly sequence: number
  readonly action: string
  readonly actorId: string | null
  readonly occurredAt: Date
  readonly resourceType: string | null
  readonly resourceId: string | null
  /** The particulars of the action; null where there are none and where they are too long. */
  readonly detail: unknown
  /** Whether the particulars are too long for the bus, and were left in the table. */
  readonly isDetailOmitted: boolean
  readonly host: EventHost | null
  /** Whether the host was under maintenance when it happened. */
  readonly isInMaintenance: boolean
  /** Whether the host was flapping when it happened. */
  readonly isFlapping: boolean
}

/** The product's own writers are named so in `actor_id`. */
const OWN_ACTOR_PREFIX = 'awareness-'

/**
 * Whether an event goes to the bus: each of the product's own, and those of other writers of the same table whose
 * action the policy names.
 * @param publishActions names of actions with commas between; one that ends in `*` names all that begin so.
 */
export function isPublished(
  { action, actorId }: Pick<OutboxEvent, 'action' | 'actorId'>,
  publishActions: string,
): boolean {
  if (actorId?.startsWith(OWN_ACTOR_PREFIX) === true) return true
  return publishActions
    .split(',')
    .filter((pattern) => pattern !== '')
    .some((pattern) => (pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern))
}

/** Events of one resource keep their order on the way to the bus; others may pass each other. */
export const orderKey = ({ resourceType, resourceId }: OutboxEvent): string =>
  `${resourceType ?? ''}/${resourceId ?? ''}`

/** Events that wait to be published. Nobody else publishes any until the transaction ends. */
export type OutboxBatch = {
  /** In the order in which they were written. */
  readonly events: readonly OutboxEvent[]
  readonly publishActions: string
  /** Aborts as soon as the transaction is lost: others may publish from then on. */
  readonly lost: AbortSignal
  /** Returns for how many seconds the event that waited longest had waited. */
  readonly markPublished: (ids: readonly string[]) => Promise<number>
  readonly markNotForBus: (ids: readonly string[]) => Promise<void>
}

/** What is left to be published. */
export type Backlog = {
  /** How many events wait, counted up to a limit. */
  readonly waiting: number
  /** Since when the first of them has waited, in seconds; 0 where none waits. */
  readonly oldestSeconds: number
}
