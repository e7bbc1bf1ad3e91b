import type { Backlog, OutboxEvent } from '../domain/outbox.ts'
import type { Tx } from './client.ts'

/** No other product uses this number: it is the first eight bytes of SHA-256('fleet-awareness publish'). */
const PUBLISH_LOCK = '-1513243584511464003'

/**
 * Waits until no other run is publishing, and keeps others waiting until the end of the transaction. Without it two
 * runs would put the same events, or later events of a host before earlier ones.
 */
export async function holdPublishLock(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(${PUBLISH_LOCK}::bigint)`
}

/** Longer particulars than this stay in the table: no bus would take them, and they would have to be held in memory. */
const MAX_DETAIL_BYTES = 256 * 1024

type OutboxRow = {
  readonly id: string
  /** bigint: the driver gives it as text. */
  readonly sequence: string
  readonly action: string
  readonly actor_id: string | null
  readonly occurred_at: Date
  readonly resource_type: string | null
  readonly resource_id: string | null
  readonly detail: unknown
  readonly is_detail_omitted: boolean
  readonly host_id: string | null
  readonly hostname: string
  readonly address: string
  readonly port: number
  readonly in_maintenance: boolean
  readonly is_flapping: boolean
}

/** The events that were not published yet, in the order in which they were written, at most `limit`. */
export async function readUnpublished(tx: Tx, limit: number): Promise<OutboxEvent[]> {
  const rows = await tx<OutboxRow[]>`
    with waiting as materialized (
      select id, sequence, action, actor_id, occurred_at, resource_type, resource_id, detail,
             coalesce(octet_length(detail::text) > ${MAX_DETAIL_BYTES}, false) as is_detail_omitted
      from audit_events
      where published_at is null
      order by sequence
      limit ${limit}
    )
    select w.id, w.sequence, w.action, w.actor_id, w.occurred_at, w.resource_type, w.resource_id,
           case when not w.is_detail_omitted then w.detail end as detail, w.is_detail_omitted,
           h.id as host_id, h.hostname, host(h.ip_address) as address, h.port,
           exists (
             select from maintenance_hosts m
             where m.host_id = h.id and m.starts_at <= w.occurred_at and m.ends_at > w.occurred_at
           ) as in_maintenance,
           exists (
             select from flapping_spells s
             where s.host_id = h.id and s.started_at <= w.occurred_at
               and (s.stopped_at is null or s.stopped_at > w.occurred_at)
           ) as is_flapping
    from waiting w
    left join hosts h
      on h.id = case when w.resource_type = 'host' and w.resource_id ~* ${UUID} then w.resource_id::uuid end
    order by w.sequence`
  return rows.map(outboxEvent)
}

/** Other writers may have put anything there. */
const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

const outboxEvent = (row: OutboxRow): OutboxEvent => ({
  id: row.id,
  sequence: Number(row.sequence),
  action: row.action,
  actorId: row.actor_id,
  occurredAt: row.occurred_at,
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  detail: row.detail,
  isDetailOmitted: row.is_detail_omitted,
  host:
    row.host_id === null
      ? null
      : { id: row.host_id, name: row.hostname, address: row.address, port: row.port },
  isInMaintenance: row.in_maintenance,
  isFlapping: row.is_flapping,
})

/** Marks events as published, and returns for how many seconds the one that waited longest had waited. */
export async function markPublished(tx: Tx, ids: readonly string[]): Promise<number> {
  const [row] = await tx<{ waited_seconds: number | null }[]>`
    with marked as (
      update audit_events
      set published_at = clock_timestamp()
      where id = any (array(select jsonb_array_elements_text(${tx.json([...ids])})::uuid))
      returning published_at - recorded_at as waited
    )
    select extract(epoch from max(waited))::double precision as waited_seconds from marked`
  return row?.waited_seconds ?? 0
}

/** Marks events of other writers that are not for the bus. */
export async function markNotForBus(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`
    update audit_events
    set published_at = '-infinity'
    where id = any (array(select jsonb_array_elements_text(${tx.json([...ids])})::uuid))`
}

/** A larger backlog is reported as this number: nobody needs millions to be counted each minute. */
const MAX_COUNTED = 100_000

/** How many events wait to be published, and for how long. */
export async function measureBacklog(tx: Tx): Promise<Backlog> {
  const [row] = await tx<{ waiting: number; oldest_seconds: number | null }[]>`
    select (select count(*)::integer
            from (select from audit_events where published_at is null limit ${MAX_COUNTED}) counted) as waiting,
           (select extract(epoch from clock_timestamp() - recorded_at)::double precision
            from audit_events
            where published_at is null
            order by sequence
            limit 1) as oldest_seconds`
  return { waiting: row?.waiting ?? 0, oldestSeconds: Math.max(0, row?.oldest_seconds ?? 0) }
}
