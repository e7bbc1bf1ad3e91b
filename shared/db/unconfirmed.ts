import type { FleetGlance, Unconfirmed, UnconfirmedQuery } from '../domain/confirmation.ts'
import type { HostId } from '../domain/ids.ts'
import { type HoldSettings, type PolicyValues, readHoldPolicy, readHysteresis } from '../domain/policy.ts'
import type { Tx } from './client.ts'
import { policyRow } from './policy.ts'
import { type HoldRow, parseHold } from './prober-hold.ts'

type GlanceRow = HoldRow &
  HoldSettings &
  Pick<PolicyValues, 'failures_to_go_down' | 'successes_to_come_up'> & {
    readonly failing: number
    readonly rising: boolean
  }

/**
 * Reads what the policy says of confirmations, whether the prober is trusted, and whether any host is in between: what
 * a look at the fleet costs that finds nothing is this one short statement.
 */
export async function glance(tx: Tx): Promise<FleetGlance> {
  const row = policyRow(
    await tx<GlanceRow[]>`
      select p.confirm_after_seconds, p.failures_to_go_down, p.successes_to_come_up,
             p.hold_min_hosts, p.hold_above_percent, p.hold_at_most_minutes,
             coalesce(h.state, 'trusted') as state, h.since, h.witness_answered_at,
             (select count(*)::integer
              from host_liveness
              where last_error_type is not null and reachability_status <> 'unreachable') as failing,
             case when p.successes_to_come_up > 1 then exists (
               select
               from host_liveness
               where reachability_status = 'unreachable' and consecutive_successes > 0
             ) else false end as rising
      from policy p
      left join prober_hold h on true`,
  )
  return {
    hold: parseHold(row),
    holdPolicy: readHoldPolicy(row),
    thresholds: readHysteresis(row),
    confirmAfterMs: row.confirm_after_seconds * 1000,
    failing: row.failing,
    rising: row.rising,
  }
}

type UnconfirmedRow = { readonly host_id: HostId; readonly is_reachable: boolean }

/** Hosts that failed and are not down, and hosts that answered and are not up: those that waited longest first. */
export async function readUnconfirmed(tx: Tx, query: UnconfirmedQuery): Promise<Unconfirmed[]> {
  const rows = await tx<UnconfirmedRow[]>`
    select u.host_id, u.is_reachable
    from (
      select host_id, reachability_status = 'reachable' as is_reachable, last_attempt_at, last_inconclusive_reason
      from host_liveness
      where last_error_type is not null and reachability_status <> 'unreachable'
        and (consecutive_failures < ${query.thresholds.failuresToGoDown} or ${query.isHeld}::boolean)
      union all
      select host_id, false, last_attempt_at, last_inconclusive_reason
      from host_liveness
      where reachability_status = 'unreachable'
        and consecutive_successes between 1 and ${query.thresholds.successesToComeUp - 1}
    ) u
    join hosts h on h.id = u.host_id
    where h.deleted_at is null
      and u.last_attempt_at <= ${query.attemptedBefore}
      and ${isProbeable(tx)}
    order by u.last_attempt_at, u.host_id
    limit ${query.limit}`
  return rows.map(({ host_id, is_reachable }) => ({ hostId: host_id, isReachable: is_reachable }))
}

/** No probe would be made of the others: see isUnprobeable. */
const isProbeable = (tx: Tx) =>
  tx`coalesce(u.last_inconclusive_reason, '') !~ '^(address_refused:|invalid_address$)'`

/** When the youngest of the attempts was made that are not old enough to be confirmed yet; null where there is none. */
export async function readYoungestAttempt(tx: Tx, query: UnconfirmedQuery): Promise<Date | null> {
  const [row] = await tx<{ youngest: Date | null }[]>`
    select max(u.last_attempt_at) as youngest
    from (
      select last_attempt_at, last_inconclusive_reason
      from host_liveness
      where last_error_type is not null and reachability_status <> 'unreachable'
        and (consecutive_failures < ${query.thresholds.failuresToGoDown} or ${query.isHeld}::boolean)
      union all
      select last_attempt_at, last_inconclusive_reason
      from host_liveness
      where reachability_status = 'unreachable'
        and consecutive_successes between 1 and ${query.thresholds.successesToComeUp - 1}
    ) u
    where u.last_attempt_at > ${query.attemptedBefore}
      and ${isProbeable(tx)}`
  return row?.youngest ?? null
}

/** So many rows are enough to choose witnesses from, on pages from all over the table. */
const SAMPLED_ROWS = 2_000

/** At most so many hosts, chosen at random, that answered when they were probed last. */
export async function readWitnesses(tx: Tx, limit: number): Promise<HostId[]> {
  const rows = await tx<{ host_id: HostId }[]>`
    select l.host_id
    from host_liveness l tablesample system (least(100, (
      select 100.0 * ${Math.max(SAMPLED_ROWS, 10 * limit)} / greatest(1, reltuples)
      from pg_class
      where oid = 'host_liveness'::regclass
    )))
    join hosts h on h.id = l.host_id
    where l.reachability_status = 'reachable' and l.last_error_type is null and h.deleted_at is null
      and coalesce(l.last_inconclusive_reason, '') !~ '^(address_refused:|invalid_address$)'
    order by random()
    limit ${limit}`
  return rows.map(({ host_id }) => host_id)
}
