import type { HostGroup } from '../domain/fleet-status.ts'
import type { Tx } from './client.ts'

/** Counts the live hosts by state and reason; those are late that have waited since before `lateSince`. */
export function groupHosts(tx: Tx, lateSince: Date): Promise<HostGroup[]> {
  return tx<HostGroup[]>`
    select coalesce(l.reachability_status, 'unknown') as state, l.last_inconclusive_reason as reason,
           count(*)::integer as hosts,
           (count(*) filter (
             where coalesce(l.last_probe_at, l.restarted_at, greatest(h.created_at, p.installed_at)) < ${lateSince}
           ))::integer as late
    from hosts h
    left join host_liveness l on l.host_id = h.id
    cross join policy p
    where h.deleted_at is null
    group by 1, 2`
}

/** The newest migration that was applied. */
export async function readSchemaVersion(tx: Tx): Promise<number> {
  const [row] = await tx<{ version: number }[]>`
    select coalesce(max(version), 0)::integer as version from awareness_schema_version`
  return row?.version ?? 0
}
