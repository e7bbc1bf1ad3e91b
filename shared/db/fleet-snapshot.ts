import { AppliedSchedules } from '../domain/applied-schedules.ts'
import { type FleetSnapshot, SnapshotHosts } from '../domain/fleet-snapshot.ts'
import { HostIdList } from '../domain/host-id-list.ts'
import type { HostId } from '../domain/ids.ts'
import { isUnprobeable } from '../domain/inconclusive.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { Tx } from './client.ts'
import { readSchedulePolicy } from './policy.ts'

/** How many rows a page of a cursor has: some 500 KB of them are in memory at a time. */
const ROWS_PER_PAGE = 5_000

/**
 * Reads the live hosts, the policy and the applied schedules, page by page: in one transaction of the kind
 * `snapshot` they are one state of the database.
 */
export async function readFleet(tx: Tx, now: Date): Promise<FleetSnapshot> {
  const [policy, [sizes]] = await Promise.all([readSchedulePolicy(tx), readSizes(tx)])
  return {
    policy,
    hosts: await readSnapshotHosts(tx, sizes.hosts, now),
    applied: await readAppliedSchedules(tx, sizes),
  }
}

type SizesRow = { hosts: number; schedules: number; name_bytes: number }

/** The sizes are read first, so that what is read later is never copied from smaller memory to larger. */
const readSizes = (tx: Tx): Promise<[SizesRow]> => tx<[SizesRow]>`
  select (select count(*)::integer from hosts where deleted_at is null)                as hosts,
         (select count(*)::integer from probe_schedules)                                as schedules,
         (select coalesce(sum(octet_length(name)), 0)::integer from probe_schedules)    as name_bytes`

type HostRow = {
  id: HostId
  status: ReachabilityStatus
  waiting_since_ms: number
  last_inconclusive_reason: string | null
  in_maintenance: boolean
}

async function readSnapshotHosts(tx: Tx, count: number, now: Date): Promise<SnapshotHosts> {
  const hosts = new SnapshotHosts(count)
  const pages = tx<HostRow[]>`
    select h.id,
           coalesce(l.reachability_status, 'unknown') as status,
           round(extract(epoch from coalesce(l.last_probe_at, l.restarted_at, greatest(h.created_at, p.installed_at))) * 1000)::float8 as waiting_since_ms,
           l.last_inconclusive_reason,
           h.id in (select r.host_id from maintenance_hosts r where r.end_event_id is null and r.ends_at > ${now})
             as in_maintenance
    from hosts h
    left join host_liveness l on l.host_id = h.id
    cross join policy p
    where h.deleted_at is null`.cursor(ROWS_PER_PAGE)
  for await (const page of pages) {
    for (const { id, status, waiting_since_ms, last_inconclusive_reason: reason, in_maintenance } of page) {
      hosts.push({
        id,
        status,
        waitingSinceMs: waiting_since_ms,
        isUnprobeable: reason !== null && isUnprobeable(reason),
        isInMaintenance: in_maintenance,
      })
    }
  }
  return hosts
}

/** Reads the ids of the live hosts, page by page. */
export async function readHostIds(tx: Tx): Promise<HostIdList> {
  const ids = new HostIdList()
  const pages = tx<{ id: HostId }[]>`select id from hosts where deleted_at is null`.cursor(ROWS_PER_PAGE)
  for await (const page of pages) for (const { id } of page) ids.push(id)
  return ids
}

type AppliedRow = { name: string; spec_hash: string }

async function readAppliedSchedules(tx: Tx, sizes: SizesRow): Promise<AppliedSchedules> {
  const applied = new AppliedSchedules(sizes.schedules, sizes.name_bytes)
  const pages = tx<AppliedRow[]>`select name, spec_hash from probe_schedules`.cursor(ROWS_PER_PAGE)
  for await (const page of pages) for (const { name, spec_hash } of page) applied.set(name, spec_hash)
  return applied
}
