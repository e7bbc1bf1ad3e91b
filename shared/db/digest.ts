import type { DigestRow, ToldRow, ToldRows } from '../domain/digest-item.ts'
import type { DriftType } from '../domain/drift-event.ts'
import type { EventHost } from '../domain/outbox.ts'
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
           ) as became_failing
    from audit_events a
    left join hosts h on h.id = a.resource_id::uuid
    where a.sequence > 0
      and a.sequence > ${told.through}
      and a.actor_id in ('awareness-probe', 'awareness-drift')
      and a.action in ('host.connectivity.checked', 'compliance.drift.detected')
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
  const { prior_status: from, new_status: to, error_type: errorType, drift_type: driftType } = row
  if (from !== null && to !== null) return [{ ...common, what: 'status', from, to, errorType }]
  const { prior_score: priorScore, current_score: currentScore, became_failing: becameFailing } = row
  if (driftType === null || priorScore === null || currentScore === null) return []
  return [{ ...common, what: 'drift', driftType, priorScore, currentScore, becameFailing }]
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
