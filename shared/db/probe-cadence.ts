import type { Sql } from './client.ts'

/** Sets how often hosts are probed and how many share a schedule; null leaves what is there. */
export async function setProbeCadence(
  sql: Sql,
  cadence: { readonly intervalSeconds: number | null; readonly hostsPerSchedule: number | null },
): Promise<void> {
  await sql`
    update policy
    set probe_interval_seconds = coalesce(${cadence.intervalSeconds}::integer, probe_interval_seconds),
        hosts_per_schedule = coalesce(${cadence.hostsPerSchedule}::smallint, hosts_per_schedule),
        updated_at = now()`
}

/** Forgets which schedules were applied: those of a local Scheduler end with it. */
export async function forgetAllSchedules(sql: Sql): Promise<void> {
  await sql`delete from probe_schedules`
}
