import type { AfterMaintenance, DigestRow, ToldRow, ToldRows } from '../domain/digest-item.ts'
import type { EventHost } from '../domain/outbox.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { Tx } from './client.ts'
import { type DriftColumns, driftColumns, driftNews } from './digest-drift.ts'
import { readLeftByMaintenance } from './digest-maintenance.ts'

/** What people were told of, and when they were told last. */
export type DigestState = ToldRows & { readonly lastToldAt: Date | null }

type StateRow = {
  /** bigint: the driver gives it as text. */
  readonly told_through: string
  readonly told_beyond: readonly ToldRow[]
  readonly last_told_at: Date | null
}

/** The state, which until the end of the transaction nobody else changes; null where another run has it. */
export async function lockDigestState(tx: Tx): Promise<DigestState | null> {
  const [row] = await tx<StateRow[]>`
    select told_through, told_beyond, last_told_at from digest_state for update skip locked`
  if (row === undefined) return null
  return { through: Number(row.told_through), beyond: row.told_beyond, lastToldAt: row.last_told_at }
}

/** Stores what was told; `toldAt` is null where nothing was sent. */
export async function saveDigestState(tx: Tx, told: ToldRows, toldAt: Date | null): Promise<void> {
  await tx`
    update digest_state
    set told_through = ${told.through},
        told_beyond = ${tx.json(told.beyond.map(([sequence, ms]) => [sequence, ms]))},
        last_told_at = coalesce(${toldAt}, last_told_at)`
}

/** What one digest is made of at most: further changes are in the next. */
const MAX_ROWS = 20_000

type EventRow = DriftColumns & {
  readonly sequence: string
  readonly recorded_at: Date
  readonly occurred_at: Date
  readonly host_id: string | null
  readonly hostname: string
  readonly address: string
  readonly port: number
  readonly prior_status: ReachabilityStatus | null
  readonly new_status: ReachabilityStatus | null
  readonly error_type: string | null
  readonly in_maintenance: boolean
  readonly maintenance_end_id: string | null
}

/** The changes that people were not told of, oldest first. */
export async function readUntold(tx: Tx, told: ToldRows, now: Date): Promise<DigestRow[]> {
  const rows = await tx<EventRow[]>`
    select a.sequence, a.recorded_at, a.occurred_at,
           h.id as host_id, h.hostname, host(h.ip_address) as address, h.port,
           a.detail ->> 'prior_status' as prior_status,
           a.detail ->> 'new_status' as new_status,
           a.detail ->> 'error_type' as error_type,
           ${driftColumns(tx)},
           exists (
             select from maintenance_hosts m
             where m.host_id = h.id and m.starts_at <= a.occurred_at and m.ends_at > a.occurred_at
           ) as in_maintenance,
           case when a.action = 'fleet.maintenance.ended' then a.id end as maintenance_end_id
    from audit_events a
    left join hosts h on h.id = a.resource_id::uuid
    where a.sequence > 0
      and a.sequence > ${told.through}
      and a.actor_id in ('awareness-probe', 'awareness-drift', 'awareness-operate', 'awareness-fan-out')
      and a.action in ('host.connectivity.checked', 'compliance.drift.detected', 'fleet.maintenance.ended')
      and a.sequence <> all (array(
        select value::bigint from jsonb_array_elements_text(${tx.json(told.beyond.map(([sequence]) => sequence))})
      ))
    order by a.sequence
    limit ${MAX_ROWS}`
  const endIds = rows.flatMap(({ maintenance_end_id: id }) => (id === null ? [] : [id]))
  const left = endIds.length === 0 ? null : await readLeftByMaintenance(tx, endIds, now)
  return rows.flatMap((row) => digestRow(row, left?.get(row.maintenance_end_id ?? '') ?? []))
}

function digestRow(row: EventRow, left: readonly AfterMaintenance[]): DigestRow[] {
  const common = {
    sequence: Number(row.sequence),
    recordedAtMs: row.recorded_at.getTime(),
    occurredAt: row.occurred_at,
    host: hostOf(row),
  }
  if (row.maintenance_end_id !== null) return [{ ...common, what: 'maintenance_ended', hosts: left }]
  const isQuiet = row.in_maintenance
  const { prior_status: from, new_status: to, error_type: errorType } = row
  if (from !== null && to !== null)
    return [{ ...common, isQuiet, isAfterMaintenance: false, what: 'status', from, to, errorType }]
  const drift = driftNews(row)
  return drift === null ? [] : [{ ...common, isQuiet, ...drift }]
}

const hostOf = (row: EventRow): EventHost | null =>
  row.host_id === null ? null : { id: row.host_id, name: row.hostname, address: row.address, port: row.port }

/** How many hosts of the fleet are unreachable, without those under maintenance. */
export async function countDownHosts(tx: Tx, now: Date): Promise<number> {
  const [row] = await tx<{ down: number }[]>`
    select count(*)::integer as down
    from host_liveness l
    join hosts h on h.id = l.host_id
    where l.reachability_status = 'unreachable' and h.deleted_at is null
      and not exists (
        select from maintenance_hosts m where m.host_id = h.id and m.starts_at <= ${now} and m.ends_at > ${now}
      )`
  return row?.down ?? 0
}
