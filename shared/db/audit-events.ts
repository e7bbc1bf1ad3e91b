import type { AuditEvent } from '../domain/audit-events.ts'
import type { Tx } from './client.ts'

/** An event with what only its moment knows. */
export type AuditRecord = {
  /** A UUID; an event that may be reported twice has one made from what it reports. */
  readonly id: string
  readonly correlationId: string
  readonly actorId: string
  readonly occurredAt: Date
  readonly event: AuditEvent
}

/**
 * Writes events that are not there yet, in one statement, and says which of them were new. In the order of
 * their ids: two consumers with the same events in two orders would wait for each other. Of a host that was
 * deleted in the meantime nothing is said.
 */
export async function insertAuditEvents(tx: Tx, records: readonly AuditRecord[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    insert into audit_events (
      id, correlation_id, actor_type, actor_id, action, resource_type, resource_id, detail, occurred_at,
      severity, outcome
    )
    select r.id, r.correlation_id, 'system', r.actor_id, r.action, r.resource_type, r.resource_id, r.detail,
           r.occurred_at, r.severity, r.outcome
    from jsonb_to_recordset(${tx.json(records.map(asRow))}) as r (
      id uuid, correlation_id text, actor_id text, action text, resource_type text, resource_id text,
      detail jsonb, occurred_at timestamptz, severity text, outcome text
    )
    where r.resource_type <> 'host'
       or exists (select from hosts h where h.id = case r.resource_type when 'host' then r.resource_id::uuid end)
    order by r.id
    on conflict (id) do nothing
    returning id`
  return new Set(rows.map(({ id }) => id))
}

const asRow = ({ id, correlationId, actorId, occurredAt, event }: AuditRecord) => ({
  id,
  correlation_id: correlationId,
  actor_id: actorId,
  action: event.action,
  resource_type: event.resourceType,
  resource_id: event.resourceId,
  detail: event.detail,
  occurred_at: occurredAt.toISOString(),
  severity: event.severity,
  outcome: event.outcome,
})
