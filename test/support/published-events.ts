import { randomUUID } from 'node:crypto'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import type { Sql } from '../../shared/db/client.ts'
import { hostConnectivityChecked } from '../../shared/domain/audit-events.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { HostId } from '../../shared/domain/ids.ts'

type Owner = { readonly sql: Sql }

/** Writes a change of each host with the product's own writer, as the probe function does; returns the events' ids. */
export async function writeChanges(
  { sql }: Owner,
  hostIds: readonly HostId[],
  to: 'reachable' | 'unreachable' = 'unreachable',
): Promise<string[]> {
  const records = hostIds.map((hostId) => ({
    id: randomUUID(),
    correlationId: 'test',
    actorId: FUNCTIONS.probe.service,
    occurredAt: new Date(),
    event: hostConnectivityChecked({
      hostId,
      from: to === 'reachable' ? 'unreachable' : 'reachable',
      to,
      responseMs: to === 'reachable' ? 3 : null,
      errorType: to === 'reachable' ? null : 'tcp_timeout',
      consecutiveFailures: to === 'reachable' ? 0 : 2,
    }),
  }))
  await sql.begin((tx) => insertAuditEvents(tx, records))
  return records.map(({ id }) => id)
}

/** The ids of the audit events on the bus, in its order. */
export const idsOf = (delivered: readonly Delivered[]): unknown[] => delivered.map(({ detail }) => detail.id)

/** Of all events that were ever written, those that are not published. */
export const waitingIds = async ({ sql }: Owner): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from audit_events where published_at is null order by sequence`
  return rows.map(({ id }) => id)
}

export type Delivered = { readonly detail: Readonly<Record<string, unknown>> }

/** A repeated event counts where it came first. */
export function firstOfEach<T extends Delivered>(delivered: readonly T[]): T[] {
  const seen = new Set<unknown>()
  return delivered.filter(({ detail }) => {
    const isNew = !seen.has(detail.id)
    seen.add(detail.id)
    return isNew
  })
}

/** Events of a host that came after a later one of the same host. */
export function outOfOrder(delivered: readonly Delivered[]): unknown[] {
  const newest = new Map<unknown, number>()
  return delivered.filter(({ detail }) => {
    const sequence = Number(detail.sequence)
    const isLate = sequence < (newest.get(detail.host_id) ?? 0)
    newest.set(detail.host_id, Math.max(sequence, newest.get(detail.host_id) ?? 0))
    return isLate
  })
}
