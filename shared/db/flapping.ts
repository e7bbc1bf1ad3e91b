import type { ChangeHistory } from '../domain/flapping.ts'
import type { HostId } from '../domain/ids.ts'
import type { HostRecord } from './audit-events.ts'
import type { Fragment, Tx } from './client.ts'

type HistoryRow = {
  readonly host_id: HostId
  readonly is_flapping: boolean
  readonly in_maintenance: boolean
  readonly last_stopped_ms: number | null
  readonly changed_at_ms: readonly number[]
}

/** More changes of one host than any policy asks for. */
const MAX_CHANGES = 100

/** Reads what is known of hosts that have just changed: by the index on the resource, and only of them. */
export async function readChangeHistories(
  tx: Tx,
  hostIds: readonly HostId[],
  at: Date,
  windowMs: number,
): Promise<Map<HostId, ChangeHistory>> {
  const since = new Date(at.getTime() - windowMs)
  const rows = await tx<HistoryRow[]>`
    select w.host_id,
           exists (
             select from flapping_spells s where s.host_id = w.host_id and s.stopped_at is null
           ) as is_flapping,
           exists (
             select from maintenance_hosts m
             where m.host_id = w.host_id and m.starts_at <= ${at} and m.ends_at > ${at}
           ) as in_maintenance,
           (
             select ${milliseconds(tx, tx`max(s.stopped_at)`)} from flapping_spells s where s.host_id = w.host_id
           ) as last_stopped_ms,
           coalesce((
             select jsonb_agg(${milliseconds(tx, tx`c.occurred_at`)})
             from (
               select a.occurred_at
               from audit_events a
               where a.resource_type = 'host' and a.resource_id = w.host_id::text and a.occurred_at > ${since}
                 and a.action = 'host.connectivity.checked' and a.actor_id = 'awareness-probe'
               order by a.occurred_at desc
               limit ${MAX_CHANGES}
             ) c
           ), '[]') as changed_at_ms
    from (select value::uuid as host_id from jsonb_array_elements_text(${tx.json([...hostIds])})) w`
  return new Map(
    rows.map((row) => [
      row.host_id,
      {
        isFlapping: row.is_flapping,
        isInMaintenance: row.in_maintenance,
        lastStoppedMs: row.last_stopped_ms,
        changedAtMs: row.changed_at_ms,
      },
    ]),
  )
}

const milliseconds = (tx: Tx, time: Fragment): Fragment =>
  tx`round(extract(epoch from ${time}) * 1000)::float8`

/** Stores that hosts are flapping from the time of these events on, unless a host has started anew meanwhile. */
export async function insertFlappingSpells(
  tx: Tx,
  records: readonly HostRecord[],
  isValid: Fragment,
): Promise<void> {
  const spells = records.map(({ event, occurredAt, incarnation }) => ({
    host_id: event.resourceId,
    started_at: occurredAt.toISOString(),
    incarnation: incarnation ?? null,
  }))
  await tx`
    insert into flapping_spells (host_id, started_at)
    select r.host_id, r.started_at
    from jsonb_to_recordset(${tx.json(spells)}) as r (host_id uuid, started_at timestamptz, incarnation integer)
    where ${isValid}
    order by r.host_id`
}
