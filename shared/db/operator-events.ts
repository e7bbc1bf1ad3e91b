import type { EventListing } from '../contracts/operate-answer.ts'
import type { HostId } from '../domain/ids.ts'
import type { EventQuery } from '../domain/operator-queries.ts'
import type { Tx } from './client.ts'

type EventRow = Omit<EventListing, 'occurred_at'> & { readonly occurred_at: Date }

/** Lists the newest events since a time, newest first. A host that has left the fleet keeps its name. */
export async function listAuditEvents(tx: Tx, query: EventQuery): Promise<EventListing[]> {
  const rows = await tx<EventRow[]>`
    select a.id, a.occurred_at, a.action, a.severity, a.outcome, a.actor_id, a.correlation_id,
           a.resource_type, a.resource_id, h.hostname as host_name, a.detail
    from audit_events a
    left join hosts h
      on h.id = case when a.resource_type = 'host' and a.resource_id ~* ${UUID} then a.resource_id::uuid end
    where a.occurred_at >= ${query.since}
      and (${query.action}::text is null or a.action = ${query.action}::text)
      and (${query.hostId}::text is null
        or (a.resource_type = 'host' and a.resource_id = ${query.hostId}::text))
    order by a.occurred_at desc, a.recorded_at desc, a.id desc
    limit ${query.limit}`
  return rows.map((row) => ({ ...row, occurred_at: row.occurred_at.toISOString() }))
}

/** Other writers may have put anything there. */
const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

/** Lists the newest events of one host, of whatever age, newest first. */
export const listEventsOfHost = (tx: Tx, hostId: HostId, limit: number): Promise<EventListing[]> =>
  listAuditEvents(tx, { since: new Date(0), hostId, action: null, limit })
