import type { HostId } from '../../shared/domain/ids.ts'
import type { AnswerOf, EventListing } from './answers.ts'
import type { EventOf } from './event.ts'

export type EventQuery = {
  readonly since: Date
  readonly hostId: HostId | null
  readonly action: string | null
  readonly limit: number
}

export type ListEventsPorts = { readonly auditEvents: (query: EventQuery) => Promise<EventListing[]> }

/** The newest events since then, newest first. */
export async function listEvents(
  { auditEvents }: ListEventsPorts,
  { since, hostId, action, limit }: Omit<EventOf<'events'>, 'command'>,
): Promise<AnswerOf<'events'>> {
  const found = await auditEvents({
    since: new Date(since),
    hostId: hostId ?? null,
    action: action ?? null,
    limit: limit + 1,
  })
  return { events: found.slice(0, limit), more: found.length > limit }
}
