import type { Sql } from './client.ts'

export type InitialPolicy = {
  /** 60 to 3600. */
  readonly probeIntervalSeconds: number
  /** 1 to 500. */
  readonly hostsPerSchedule: number
}

/** What an installation starts with. Later the policy is the operators' own, whatever a deploy says. */
export async function setInitialPolicy(sql: Sql, initial: InitialPolicy): Promise<void> {
  await sql`
    update policy
    set probe_interval_seconds = ${initial.probeIntervalSeconds},
        hosts_per_schedule = ${initial.hostsPerSchedule},
        updated_at = now()`
}
