import type { AuditRecord } from '../domain/audit-events.ts'
import type { Fragment, Tx } from './client.ts'

/** A record, and the incarnation of its host that its writer knows. */
export type HostRecord = AuditRecord & { readonly incarnation?: number }

/**
 * Stores the events that are not stored yet, in one statement, and returns the ids of those that it stored. The
 * rows are inserted in the order of their ids, so that two consumers with the same events in different orders
 * cannot deadlock. An event of a host is left out if `isValid`, a condition on its row `r`, does not hold: without
 * it, if the host was deleted in the meantime.
 */
export async function insertAuditEvents(
  tx: Tx,
  records: readonly HostRecord[],
  isValid: Fragment = tx`exists (select from hosts h where h.id = r.host_id)`,
): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    insert into audit_events (
      id, correlation_id, actor_type, actor_id, action, resource_type, resource_id, detail, occurred_at,
      severity, outcome
    )
    select r.id, r.correlation_id, 'system', r.actor_id, r.action, r.resource_type, r.resource_id, r.detail,
           r.occurred_at, r.severity, r.outcome
    from jsonb_to_recordset(${tx.json(records.map(asRow))}) as r (
      id uuid, correlation_id text, actor_id text, action text, resource_type text, resource_id text,
      detail jsonb, occurred_at timestamptz, severity text, outcome text, host_id uuid, incarnation integer
    )
    where r.host_id is null or ${isValid}
    order by r.id
    on conflict (id) do nothing
    returning id`
  return new Set(rows.map(({ id }) => id))
}

const asRow = ({ id, correlationId, actorId, occurredAt, event, incarnation }: HostRecord) => ({
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
  host_id: event.resourceType === 'host' ? event.resourceId : null,
  incarnation: incarnation ?? null,
})
