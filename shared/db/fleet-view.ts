import type { FailureKind, ReachabilityStatus } from '../domain/reachability.ts'
import type { Sql } from './client.ts'

export type FleetNumbers = {
  readonly hosts: number
  readonly reachable: number
  readonly unreachable: number
  readonly unknown: number
  /** Hosts whose last attempt had no result, and the reason that most of them have. */
  readonly inconclusive: number
  readonly inconclusiveReason: string | null
  /** The median over the last responses of the hosts that answer; null when none does. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** The fleet in numbers, as the last probe of each host left it. */
export async function readFleetNumbers(sql: Sql): Promise<FleetNumbers> {
  const [numbers] = await sql<FleetNumbers[]>`
    select
      count(*)::int as hosts,
      count(*) filter (where reachability_status = 'reachable')::int as reachable,
      count(*) filter (where reachability_status = 'unreachable')::int as unreachable,
      count(*) filter (where coalesce(reachability_status, 'unknown') = 'unknown')::int as unknown,
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

export type ChangeRow = {
  readonly id: string
  readonly occurredAt: Date
  readonly hostId: string
  readonly name: string | null
  readonly address: string | null
  readonly port: number | null
  readonly from: ReachabilityStatus
  readonly to: ReachabilityStatus
  readonly errorType: FailureKind | null
  readonly responseMs: number | null
}

/** Hosts that changed at `since` or after, oldest first. */
export function listChanges(sql: Sql, since: Date): Promise<ChangeRow[]> {
  return sql<ChangeRow[]>`
    select
      a.id,
      a.occurred_at as "occurredAt",
      a.resource_id as "hostId",
      h.hostname as name,
      host(h.ip_address) as address,
      h.port,
      a.detail ->> 'prior_status' as from,
      a.detail ->> 'new_status' as to,
      a.detail ->> 'error_type' as "errorType",
      (a.detail ->> 'response_time_ms')::int as "responseMs"
    from audit_events a
    left join hosts h on h.id = (a.detail ->> 'host_id')::uuid
    where a.action = 'host.connectivity.checked' and a.occurred_at >= ${since}
    order by a.occurred_at, a.id`
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
