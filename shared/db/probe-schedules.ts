import type { FleetSnapshot } from '../domain/fleet-snapshot.ts'
import { parseHostId } from '../domain/ids.ts'
import type { PolicyValues } from '../domain/policy.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { AnySql, Tx } from './client.ts'
import { policyRow } from './policy.ts'

type FleetRow = Pick<PolicyValues, 'probe_interval_seconds' | 'hosts_per_schedule'> & {
  hosts: [id: string, status: ReachabilityStatus, waitingSinceMs: number][]
  applied: Record<string, string>
}

/** Reads the live hosts, the policy and the applied schedules: one statement, one row, one state of the database. */
export async function readFleet(tx: Tx): Promise<FleetSnapshot> {
  const row = policyRow(
    await tx<FleetRow[]>`
    select p.probe_interval_seconds,
           p.hosts_per_schedule,
           (select coalesce(json_agg(json_build_array(
                     h.id,
                     coalesce(l.reachability_status, 'unknown'),
                     round(extract(epoch from coalesce(l.last_probe_at, l.restarted_at, h.created_at)) * 1000))), '[]')
            from hosts h
            left join host_liveness l on l.host_id = h.id
            where h.deleted_at is null) as hosts,
           (select coalesce(json_object_agg(s.name, s.spec_hash), '{}') from probe_schedules s) as applied
    from policy p`,
  )
  return {
    hosts: row.hosts.map(([id, status, waitingSinceMs]) => ({ id: parseHostId(id), status, waitingSinceMs })),
    policy: {
      intervalMs: row.probe_interval_seconds * 1000,
      hostsPerSchedule: row.hosts_per_schedule,
    },
    applied: new Map(Object.entries(row.applied)),
  }
}

/** No schedule has this hash, so the next run writes every schedule that is stored with it. */
const PENDING = ''

/** Stores that the state of these schedules is unknown until they are remembered or forgotten. */
export async function markSchedulesPending(tx: Tx, names: readonly string[]): Promise<void> {
  await rememberSchedules(
    tx,
    names.map((name) => ({ name, specHash: PENDING })),
  )
}

/** Stores what Scheduler was told: one statement for any number of schedules. */
export async function rememberSchedules(
  tx: Tx,
  schedules: readonly { readonly name: string; readonly specHash: string }[],
): Promise<void> {
  const rows = schedules.map(({ name, specHash }) => ({ name, spec_hash: specHash }))
  await tx`
    insert into probe_schedules (name, spec_hash)
    select r.name, r.spec_hash
    from jsonb_to_recordset(${tx.json(rows)}) as r (name text, spec_hash text)
    on conflict (name) do update set spec_hash = excluded.spec_hash, applied_at = now()`
}

/** Deletes the schedules that Scheduler no longer has. */
export async function forgetSchedules(tx: Tx, names: readonly string[]): Promise<void> {
  await tx`
    delete from probe_schedules s
    using jsonb_array_elements_text(${tx.json([...names])}) as gone (name)
    where s.name = gone.name`
}

/** Forgets which schedules were applied: those of a local Scheduler end with it. */
export async function forgetAllSchedules(sql: AnySql): Promise<void> {
  await sql`delete from probe_schedules`
}
