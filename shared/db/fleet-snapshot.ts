import { AppliedSchedules } from '../domain/applied-schedules.ts'
import { type FleetSnapshot, SnapshotHosts } from '../domain/fleet-snapshot.ts'
import { HostIdList } from '../domain/host-id-list.ts'
import type { HostId } from '../domain/ids.ts'
import { isUnprobeable } from '../domain/inconclusive.ts'
import type { PolicyValues } from '../domain/policy.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { SchedulePolicy } from '../domain/schedule-plan.ts'
import type { Tx } from './client.ts'
import { policyRow } from './policy.ts'

/** How many rows a page of a cursor has: some 500 KB of them are in memory at a time. */
const ROWS_PER_PAGE = 5_000

/**
 * Reads the live hosts, the policy and the applied schedules, page by page: in one transaction of the kind
 * `snapshot` they are one state of the database.
 */
export async function readFleet(tx: Tx): Promise<FleetSnapshot> {
  const [policy, [sizes]] = await Promise.all([readSchedulePolicy(tx), readSizes(tx)])
  return {
    policy,
    hosts: await readSnapshotHosts(tx, sizes.hosts),
    applied: await readAppliedSchedules(tx, sizes),
  }
}

/** Reads the part of the policy that decides which schedules there are. */
export async function readSchedulePolicy(tx: Tx): Promise<SchedulePolicy> {
  const row = policyRow(
    await tx<Pick<PolicyValues, 'probe_interval_seconds' | 'hosts_per_schedule'>[]>`
      select probe_interval_seconds, hosts_per_schedule from policy`,
  )
  return { intervalMs: row.probe_interval_seconds * 1000, hostsPerSchedule: row.hosts_per_schedule }
}

type SizesRow = { hosts: number; schedules: number; name_bytes: number }

/** So that what is read is never copied from smaller memory to larger. */
const readSizes = (tx: Tx): Promise<[SizesRow]> => tx<[SizesRow]>`
  select (select count(*)::integer from hosts where deleted_at is null)                as hosts,
         (select count(*)::integer from probe_schedules)                                as schedules,
         (select coalesce(sum(octet_length(name)), 0)::integer from probe_schedules)    as name_bytes`

type HostRow = {
  id: HostId
  status: ReachabilityStatus
  waiting_since_ms: number
  last_inconclusive_reason: string | null
}

async function readSnapshotHosts(tx: Tx, count: number): Promise<SnapshotHosts> {
  const hosts = new SnapshotHosts(count)
  const pages = tx<HostRow[]>`
    select h.id,
           coalesce(l.reachability_status, 'unknown') as status,
           round(extract(epoch from coalesce(l.last_probe_at, l.restarted_at, h.created_at)) * 1000)::float8 as waiting_since_ms,
           l.last_inconclusive_reason
    from hosts h
    left join host_liveness l on l.host_id = h.id
    where h.deleted_at is null`.cursor(ROWS_PER_PAGE)
  for await (const page of pages) {
    for (const { id, status, waiting_since_ms, last_inconclusive_reason: reason } of page) {
      const isLastUnprobeable = reason !== null && isUnprobeable(reason)
      hosts.push({ id, status, waitingSinceMs: waiting_since_ms, isUnprobeable: isLastUnprobeable })
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
