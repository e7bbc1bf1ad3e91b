import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { Sql } from './client.ts'

export type FleetNumbers = {
  readonly hosts: number
  readonly reachable: number
  readonly unreachable: number
  readonly unknown: number
  /** Hosts that people do not hear of, in whatever state. */
  readonly inMaintenance: number
  readonly flapping: number
  /** Hosts whose last attempt had no result, and the reason that most of them have. */
  readonly inconclusive: number
  readonly inconclusiveReason: string | null
  /** The median over the last responses of the hosts that answer; null when none does. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** The fleet in numbers, as the last probe of each host left it. */
export async function readFleetNumbers(sql: Sql, now: Date): Promise<FleetNumbers> {
  const [numbers] = await sql<FleetNumbers[]>`
    select
      count(*)::int as hosts,
      count(*) filter (where reachability_status = 'reachable')::int as reachable,
      count(*) filter (where reachability_status = 'unreachable')::int as unreachable,
      count(*) filter (where coalesce(reachability_status, 'unknown') = 'unknown')::int as unknown,
      count(*) filter (where id in (
        select m.host_id from maintenance_hosts m where m.starts_at <= ${now} and m.ends_at > ${now}
      ))::int as "inMaintenance",
      count(*) filter (where id in (
        select s.host_id from flapping_spells s where s.stopped_at is null
      ))::int as flapping,
      count(last_inconclusive_reason)::int as inconclusive,
      mode() within group (order by last_inconclusive_reason) as "inconclusiveReason",
      percentile_disc(0.5) within group (order by last_response_ms) as "p50Ms",
      percentile_disc(0.99) within group (order by last_response_ms) as "p99Ms"
    from hosts
    left join host_liveness on host_id = id
    where deleted_at is null`
  if (numbers === undefined) throw new Error('a count gave no row')
  return numbers
}

export type HostStatusRow = { readonly id: string; readonly status: ReachabilityStatus }

/** The status of each of these hosts, unknown where it was never probed. */
export function listStatuses(sql: Sql, ids: readonly string[]): Promise<HostStatusRow[]> {
  return sql<HostStatusRow[]>`
    select value as id, coalesce(reachability_status, 'unknown') as status
    from jsonb_array_elements_text(${sql.json([...ids])})
    left join host_liveness on host_id = value::uuid`
}

/** The latest instant that any host was probed at or for; null for a fleet that never was. */
export async function readNewestProbe(sql: Sql): Promise<Date | null> {
  const [row] = await sql<{ newest: Date | null }[]>`
    select greatest(max(last_probe_at), max(last_scheduled_for)) as newest from host_liveness`
  return row?.newest ?? null
}
