import type { AnswerOf, EventListing } from '../../shared/contracts/operate-answer.ts'
import type { RequestOf } from '../../shared/contracts/operate-request.ts'
import type { EventQuery } from '../../shared/domain/operator-queries.ts'

export type ListEventsPorts = { readonly auditEvents: (query: EventQuery) => Promise<EventListing[]> }

/** Lists the newest events since a time, newest first. */
export async function listEvents(
  { auditEvents }: ListEventsPorts,
  { since, hostId, action, limit }: Omit<RequestOf<'events'>, 'command'>,
): Promise<AnswerOf<'events'>> {
  const found = await auditEvents({
    since: new Date(since),
    hostId: hostId ?? null,
    action: action ?? null,
    limit: limit + 1,
  })
  return { events: found.slice(0, limit), more: found.length > limit }
}
