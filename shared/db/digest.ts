import type { DigestRow, ProberChange, ToldRow, ToldRows } from '../domain/digest-item.ts'
import type { DriftType } from '../domain/drift-event.ts'
import type { EventHost } from '../domain/outbox.ts'
import type { ProberSuspect, ProberTrusted } from '../domain/prober-event.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { Tx } from './client.ts'

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

type ProberRow =
  | ({ readonly action: 'prober.suspect' } & ProberSuspect['detail'])
  | ({ readonly action: 'prober.trusted' } & ProberTrusted['detail'])

type EventRow = {
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
  readonly drift_type: DriftType | null
  readonly prior_score: number | null
  readonly current_score: number | null
  readonly became_failing: readonly [number, number, number, number]
  readonly prober: ProberRow | null
}

/** The changes that people were not told of, oldest first. */
export async function readUntold(tx: Tx, told: ToldRows): Promise<DigestRow[]> {
  const rows = await tx<EventRow[]>`
    select a.sequence, a.recorded_at, a.occurred_at,
           h.id as host_id, h.hostname, host(h.ip_address) as address, h.port,
           a.detail ->> 'prior_status' as prior_status,
           a.detail ->> 'new_status' as new_status,
           a.detail ->> 'error_type' as error_type,
           a.detail ->> 'drift_type' as drift_type,
           (a.detail ->> 'prior_score')::double precision as prior_score,
           (a.detail ->> 'current_score')::double precision as current_score,
           jsonb_build_array(
             a.detail #> '{severity_transitions,critical_became_failing}',
             a.detail #> '{severity_transitions,high_became_failing}',
             a.detail #> '{severity_transitions,medium_became_failing}',
             a.detail #> '{severity_transitions,low_became_failing}'
           ) as became_failing,
           case when a.resource_type = 'prober' then jsonb_build_object('action', a.action) || a.detail end as prober
    from audit_events a
    left join hosts h on h.id = case when a.resource_type = 'host' then a.resource_id::uuid end
    where a.sequence > 0
      and a.sequence > ${told.through}
      and a.actor_id in ('awareness-probe', 'awareness-drift', 'awareness-fan-out')
      and a.action in (
        'host.connectivity.checked', 'compliance.drift.detected', 'prober.suspect', 'prober.trusted'
      )
      and a.sequence <> all (array(
        select value::bigint from jsonb_array_elements_text(${tx.json(told.beyond.map(([sequence]) => sequence))})
      ))
    order by a.sequence
    limit ${MAX_ROWS}`
  return rows.flatMap(digestRow)
}

function digestRow(row: EventRow): DigestRow[] {
  const common = {
    sequence: Number(row.sequence),
    recordedAtMs: row.recorded_at.getTime(),
    occurredAt: row.occurred_at,
    host: hostOf(row),
  }
  if (row.prober !== null) return [{ ...common, what: 'prober', ...proberChange(row.prober) }]
  const { prior_status: from, new_status: to, error_type: errorType, drift_type: driftType } = row
  if (from !== null && to !== null) return [{ ...common, what: 'status', from, to, errorType }]
  const { prior_score: priorScore, current_score: currentScore, became_failing: becameFailing } = row
  if (driftType === null || priorScore === null || currentScore === null) return []
  return [{ ...common, what: 'drift', driftType, priorScore, currentScore, becameFailing }]
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

const hostOf = (row: EventRow): EventHost | null =>
  row.host_id === null ? null : { id: row.host_id, name: row.hostname, address: row.address, port: row.port }

/** How many hosts of the fleet are unreachable. */
export async function countDownHosts(tx: Tx): Promise<number> {
  const [row] = await tx<{ down: number }[]>`
    select count(*)::integer as down
    from host_liveness l
    join hosts h on h.id = l.host_id
    where l.reachability_status = 'unreachable' and h.deleted_at is null`
  return row?.down ?? 0
}
