import type {
  AfterMaintenance,
  DigestRow,
  HostNews,
  ProberChange,
  ReportedRow,
  ReportedRows,
} from '../domain/digest-item.ts'
import type { EventHost } from '../domain/outbox.ts'
import type { ProberSuspect, ProberTrusted } from '../domain/prober-event.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { Tx } from './client.ts'
import { type DriftColumns, driftColumns, driftNews } from './digest-drift.ts'
import { readLeftByMaintenance } from './digest-maintenance.ts'

/** What people were told of, and when they were told last. */
export type DigestState = ReportedRows & { readonly lastSentAt: Date | null }

type StateRow = {
  /** bigint: the driver gives it as text. */
  readonly told_through: string
  readonly told_beyond: readonly ReportedRow[]
  readonly last_told_at: Date | null
}

/** The state, which until the end of the transaction nobody else changes; null where another run has it. */
export async function lockDigestState(tx: Tx): Promise<DigestState | null> {
  const [row] = await tx<StateRow[]>`
    select told_through, told_beyond, last_told_at from digest_state for update skip locked`
  if (row === undefined) return null
  return { through: Number(row.told_through), beyond: row.told_beyond, lastSentAt: row.last_told_at }
}

/** Stores what was reported; `sentAt` is null where nothing was sent. */
export async function saveDigestState(tx: Tx, reported: ReportedRows, sentAt: Date | null): Promise<void> {
  await tx`
    update digest_state
    set told_through = ${reported.through},
        told_beyond = ${tx.json(reported.beyond.map(([sequence, ms]) => [sequence, ms]))},
        last_told_at = coalesce(${sentAt}, last_told_at)`
}

/** What one digest is made of at most: further changes are in the next. */
const MAX_ROWS = 20_000

type ProberRow =
  | ({ readonly action: 'prober.suspect' } & ProberSuspect['detail'])
  | ({ readonly action: 'prober.trusted' } & ProberTrusted['detail'])

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
  readonly is_flapping: boolean
  /** Of a host that began or ceased to flap: what it was. */
  readonly flapping: 'started' | 'stopped' | null
  readonly status: ReachabilityStatus | null
  readonly changes: number | null
  readonly window_minutes: number | null
  readonly last_change_at: Date | null
  readonly last_error_type: string | null
  readonly maintenance_end_id: string | null
  readonly prober: ProberRow | null
}

/** The changes that people were not told of, oldest first. */
export async function readUnreported(tx: Tx, reported: ReportedRows, now: Date): Promise<DigestRow[]> {
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
           exists (
             select from flapping_spells s
             where s.host_id = h.id and s.started_at <= a.occurred_at
               and (s.stopped_at is null or s.stopped_at > a.occurred_at)
           ) as is_flapping,
           case a.action when 'host.flapping.started' then 'started' when 'host.flapping.stopped' then 'stopped' end
             as flapping,
           a.detail ->> 'status' as status,
           (a.detail ->> 'changes')::integer as changes,
           (a.detail ->> 'window_minutes')::integer as window_minutes,
           (a.detail ->> 'last_change_at')::timestamptz as last_change_at,
           (select l.last_error_type from host_liveness l where l.host_id = h.id) as last_error_type,
           case when a.action = 'fleet.maintenance.ended' then a.id end as maintenance_end_id,
           case when a.resource_type = 'prober' then jsonb_build_object('action', a.action) || a.detail end as prober
    from audit_events a
    left join hosts h on h.id = case when a.resource_type = 'host' then a.resource_id::uuid end
    where a.sequence > 0
      and a.sequence > ${reported.through}
      and a.actor_id in ('awareness-probe', 'awareness-drift', 'awareness-operate', 'awareness-fan-out')
      and a.action in (
        'host.connectivity.checked', 'compliance.drift.detected', 'fleet.maintenance.ended',
        'host.flapping.started', 'host.flapping.stopped', 'prober.suspect', 'prober.trusted'
      )
      and a.sequence <> all (array(
        select value::bigint from jsonb_array_elements_text(${tx.json(reported.beyond.map(([sequence]) => sequence))})
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
    host: toEventHost(row),
  }
  if (row.prober !== null) return [{ ...common, what: 'prober', ...proberChange(row.prober) }]
  if (row.maintenance_end_id !== null) return [{ ...common, what: 'maintenance_ended', hosts: left }]
  if (row.flapping !== null) return [{ ...common, ...flappingNews(row) }]
  const isQuiet = row.in_maintenance || row.is_flapping
  const { prior_status: from, new_status: to, error_type: errorType } = row
  if (from !== null && to !== null)
    return [{ ...common, isQuiet, after: null, what: 'status', from, to, errorType }]
  const drift = driftNews(row)
  return drift === null ? [] : [{ ...common, isQuiet, ...drift }]
}

/** A host that flaps is told as that, and one that has ceased to by how it ended up. */
function flappingNews(row: EventRow): HostNews & { readonly occurredAt: Date } {
  const { changes: count, window_minutes: windowMinutes, last_change_at, occurred_at } = row
  const common = { isQuiet: row.in_maintenance, occurredAt: last_change_at ?? occurred_at }
  const status = row.status ?? 'unknown'
  if (row.flapping === 'started') {
    const changes = count === null || windowMinutes === null ? null : { count, windowMinutes }
    return { ...common, what: 'flapping', status, changes }
  }
  const from = status === 'reachable' ? 'unreachable' : 'reachable'
  const errorType = status === 'unreachable' ? row.last_error_type : null
  return { ...common, what: 'status', after: 'flapping', from, to: status, errorType }
}

function proberChange(row: ProberRow): ProberChange {
  if (row.action === 'prober.suspect')
    return { to: 'suspect', probed: row.probed, failed: row.failed, heldUntil: new Date(row.held_until) }
  return {
    to: 'trusted',
    reason: row.reason,
    suspectSince: new Date(row.suspect_since),
    stillFailing: row.still_failing,
  }
}

const toEventHost = (row: EventRow): EventHost | null =>
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
