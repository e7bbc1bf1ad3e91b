import type { HostId } from '../domain/ids.ts'
import { type HoldState, LATELY_MS, type LatelyProbed, type ProberHold } from '../domain/prober-hold.ts'
import type { AnySql, Tx } from './client.ts'

/** The columns of the hold, beside others or alone. */
export type HoldRow = {
  readonly state: HoldState
  readonly since: Date | null
  readonly witness_answered_at: Date | null
}

/** The hold that is in a row. */
export const parseHold = (row: HoldRow): ProberHold => ({
  state: row.state,
  since: row.since,
  witnessAnsweredAt: row.witness_answered_at,
})

/** The hold, which until the end of the transaction nobody else changes. */
export async function lockHold(tx: Tx): Promise<ProberHold> {
  const [row] = await tx<HoldRow[]>`select state, since, witness_answered_at from prober_hold for update`
  if (row === undefined)
    throw new Error('the table prober_hold has lost its row: insert into prober_hold default values')
  return parseHold(row)
}

/** The hold as it is; trusted where nothing else is known. */
export async function readHold(sql: AnySql): Promise<ProberHold> {
  const [row] = await sql<HoldRow[]>`select state, since, witness_answered_at from prober_hold`
  return row === undefined ? { state: 'trusted', since: null, witnessAnsweredAt: null } : parseHold(row)
}

/** Stores the hold, and when the failing hosts were compared with the others. */
export async function saveHold(tx: Tx, hold: ProberHold, measuredAt: Date): Promise<void> {
  await tx`
    update prober_hold
    set state = ${hold.state},
        since = ${hold.since},
        witness_answered_at = ${hold.witnessAnsweredAt},
        measured_at = ${measuredAt}`
}

/** Begins a hold where the prober was trusted. Returns whether it was: of several who try, one begins it. */
export async function beginHold(tx: Tx, at: Date): Promise<boolean> {
  const rows = await tx`
    update prober_hold
    set state = 'suspect', since = ${at}, witness_answered_at = null
    where state = 'trusted'
    returning state`
  return rows.length > 0
}

/** Keeps what the witnesses of a confirmation said, for as long as that decides anything. */
export async function saveWitnessed(tx: Tx, answeredAt: Date | null): Promise<void> {
  await tx`
    update prober_hold
    set witness_answered_at = ${answeredAt}
    where state = 'suspect'`
}

type LatelyRow = { readonly failed: number; readonly answered: number; readonly any_answered: boolean }

/** Hosts that the caller has just probed: the rows that are stored of them are older. */
export type OwnHosts = { readonly hostIds: readonly HostId[]; readonly failedIds: readonly HostId[] }

const NOBODY: OwnHosts = { hostIds: [], failedIds: [] }

/**
 * How many hosts that were reachable were probed lately, and how many of them failed. Those that failed are found by
 * an index; the others are counted only where enough have failed for their share to matter. A host under maintenance
 * that fails is expected to. Of the caller's own hosts those that failed are counted, and no other.
 */
export async function measureLately(
  tx: Tx,
  now: Date,
  minHosts: number,
  own: OwnHosts = NOBODY,
): Promise<LatelyProbed> {
  const since = new Date(now.getTime() - LATELY_MS)
  const isOther = tx`host_id <> all (array(select jsonb_array_elements_text(${tx.json([...own.hostIds])})::uuid))`
  const [row] = await tx<LatelyRow[]>`
    with failed as materialized (
      select count(*)::integer as hosts
      from (
        select host_id
        from host_liveness
        where last_error_type is not null and reachability_status <> 'unreachable'
          and reachability_status = 'reachable' and last_probe_at > ${since} and ${isOther}
        union all
        select host_id
        from host_liveness
        where reachability_status = 'unreachable' and last_state_change_at > ${since}
          and ssh_identification is not null -- one that was never reachable has none
          and ${isOther}
        union all
        select value::uuid from jsonb_array_elements_text(${tx.json([...own.failedIds])})
      ) failing
      where not exists (
        select from maintenance_hosts m
        where m.host_id = failing.host_id and m.starts_at <= ${now} and m.ends_at > ${now}
      )
    )
    select failed.hosts as failed,
           case when failed.hosts >= ${minHosts} then (
             select count(*)::integer
             from host_liveness
             where reachability_status = 'reachable' and last_error_type is null and last_probe_at > ${since}
               and ${isOther}
           ) else 0 end as answered,
           case when failed.hosts < ${minHosts} then exists (
             select
             from host_liveness l
             join hosts h on h.id = l.host_id
             where l.reachability_status = 'reachable' and l.last_error_type is null and h.deleted_at is null
               and ${isOther}
           ) else true end as any_answered
    from failed`
  if (row === undefined) throw new Error('a count gave no row')
  return { probed: row.failed + row.answered, failed: row.failed, anyAnswered: row.any_answered }
}
