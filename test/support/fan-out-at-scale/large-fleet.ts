import { changesBetween } from '../../../functions/fan-out/changes.ts'
import { createSchedulerClient, scheduleGroup } from '../../../shared/aws/scheduler.ts'
import type { Sql } from '../../../shared/db/client.ts'
import { readHostIds } from '../../../shared/db/fleet-snapshot.ts'
import { rememberSchedules } from '../../../shared/db/probe-schedules.ts'
import { AppliedSchedules } from '../../../shared/domain/applied-schedules.ts'
import { DEFAULT_INTERVAL_MS } from '../../../shared/domain/cadence.ts'
import { slice } from '../../../shared/domain/lazy-list.ts'
import { planSchedules } from '../../../shared/domain/schedule-plan.ts'
import { TARGET } from './target.ts'

const SCHEDULES_AT_ONCE = 10_000

/** Fills an empty database with hosts that were all probed a moment ago. */
export async function addLargeFleet(sql: Sql, hosts: number): Promise<void> {
  await sql`
    insert into hosts (hostname, ip_address)
    select 'host-' || n, '10.0.0.0'::inet + n from generate_series(1, ${hosts}::integer) as n`
  await sql`
    insert into host_liveness
      (host_id, reachability_status, last_probe_at, consecutive_failures, consecutive_successes)
    select id, 'reachable', now(), 0, 1 from hosts`
  await sql`analyze hosts, host_liveness`
}

/** Stores that Scheduler was told of every schedule of the fleet, as if all calls had been made. */
export async function settleSchedules(sql: Sql, hostsPerSchedule: number): Promise<void> {
  await sql`truncate probe_schedules`
  await sql`update policy set hosts_per_schedule = ${hostsPerSchedule}`
  const ids = await sql.begin(readHostIds)
  const wanted = planSchedules(ids, { intervalMs: DEFAULT_INTERVAL_MS, hostsPerSchedule })
  const { settings } = scheduleGroup(createSchedulerClient(), TARGET)
  const { puts } = changesBetween(new AppliedSchedules(), wanted, settings)
  for (let at = 0; at < puts.length; at += SCHEDULES_AT_ONCE) {
    const schedules = slice(puts, at, SCHEDULES_AT_ONCE).map(({ name, specHash }) => ({ name, specHash }))
    await sql.begin((tx) => rememberSchedules(tx, schedules))
  }
  await sql`analyze probe_schedules`
}
