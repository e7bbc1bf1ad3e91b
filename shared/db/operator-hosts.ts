import type { HostDetail, HostListing } from '../contracts/operate-answer.ts'
import type { HostId } from '../domain/ids.ts'
import type { HostPageQuery } from '../domain/operator-queries.ts'
import type { Fragment, Tx } from './client.ts'

type Times<Row, Key extends keyof Row> = Omit<Row, Key> & { readonly [K in Key]: Date | null }
type HostListingRow = Times<
  HostListing,
  'last_probe_at' | 'last_state_change_at' | 'last_attempt_at' | 'maintenance_until' | 'flapping_since'
>

/** Lists a page of the fleet by name. A host that was never probed is `unknown`. */
export async function listHostPage(tx: Tx, query: HostPageQuery, now: Date): Promise<HostListing[]> {
  const { state, only, after, limit } = query
  const rows = await tx<HostListingRow[]>`
    select h.id, h.hostname as name, host(h.ip_address) as address, h.port,
           coalesce(l.reachability_status, 'unknown') as state,
           l.last_probe_at, l.last_response_ms, l.last_error_type, l.last_state_change_at,
           coalesce(l.last_attempt_at, l.last_probe_at) as last_attempt_at, l.last_inconclusive_reason,
           ${quietColumns(tx, now)}
    from hosts h
    left join host_liveness l on l.host_id = h.id
    where h.deleted_at is null
      and (${state}::text is null or coalesce(l.reachability_status, 'unknown') = ${state}::text)
      and (${only !== 'maintenance'} or h.id in (
        select r.host_id from maintenance_hosts r where r.end_event_id is null and r.ends_at > ${now}
      ))
      and (${only !== 'flapping'} or h.id in (
        select s.host_id from flapping_spells s where s.stopped_at is null
      ))
      and (${after === null} or (h.hostname, h.id) > (${after?.name ?? ''}::text, ${after?.id ?? NO_ID}::uuid))
    order by h.hostname, h.id
    limit ${limit}`
  return rows.map(withTexts)
}

/** Where there is no id to compare with, nothing is compared: any UUID does. */
const NO_ID = '00000000-0000-0000-0000-000000000000'

type HostDetailRow = Times<
  HostDetail,
  | 'last_probe_at'
  | 'last_state_change_at'
  | 'last_attempt_at'
  | 'maintenance_until'
  | 'flapping_since'
  | 'last_scheduled_for'
  | 'created_at'
> & { readonly created_at: Date }

/** Reads all that is kept of one host; null where it is not, or no longer, in the fleet. */
export async function readHostDetail(tx: Tx, id: HostId, now: Date): Promise<HostDetail | null> {
  const [row] = await tx<HostDetailRow[]>`
    select h.id, h.hostname as name, host(h.ip_address) as address, h.port, h.created_at,
           coalesce(l.reachability_status, 'unknown') as state,
           l.last_probe_at, l.last_response_ms, l.last_error_type, l.last_state_change_at,
           coalesce(l.last_attempt_at, l.last_probe_at) as last_attempt_at, l.last_inconclusive_reason,
           coalesce(l.consecutive_failures, 0) as consecutive_failures,
           coalesce(l.consecutive_successes, 0) as consecutive_successes,
           l.ssh_identification, l.last_scheduled_for, ${quietColumns(tx, now)}
    from hosts h
    left join host_liveness l on l.host_id = h.id
    where h.id = ${id} and h.deleted_at is null`
  if (row === undefined) return null
  return {
    ...row,
    ...withTexts(row),
    last_scheduled_for: row.last_scheduled_for?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  }
}

const withTexts = <Row extends HostListingRow>(row: Row) => ({
  ...row,
  last_probe_at: row.last_probe_at?.toISOString() ?? null,
  last_state_change_at: row.last_state_change_at?.toISOString() ?? null,
  last_attempt_at: row.last_attempt_at?.toISOString() ?? null,
  maintenance_until: row.maintenance_until?.toISOString() ?? null,
  flapping_since: row.flapping_since?.toISOString() ?? null,
})

/** Why people do not hear of a host. */
const quietColumns = (tx: Tx, now: Date): Fragment => tx`
  (select max(r.ends_at) from maintenance_hosts r where r.host_id = h.id and r.starts_at <= ${now} and r.ends_at > ${now})
    as maintenance_until,
  (select s.started_at from flapping_spells s where s.host_id = h.id and s.stopped_at is null) as flapping_since`
