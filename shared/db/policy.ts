import {
  ALLOWED_ADDRESSES_WITH_LOOPBACK,
  DEFAULT_ALLOWED_ADDRESSES,
  formatAddressClasses,
} from '../domain/addresses.ts'
import type { InitialPolicy, PolicyValues } from '../domain/policy.ts'
import type { SchedulePolicy } from '../domain/schedule-plan.ts'
import type { AnySql, Tx } from './client.ts'

/** The policy as it is. */
export async function readPolicy(sql: AnySql): Promise<PolicyValues> {
  return policyRow(await selectPolicy(sql, sql``))
}

/** Reads the part of the policy that decides which schedules there are. */
export async function readSchedulePolicy(tx: Tx): Promise<SchedulePolicy> {
  const row = policyRow(
    await tx<Pick<PolicyValues, 'probe_interval_seconds' | 'hosts_per_schedule'>[]>`
      select probe_interval_seconds, hosts_per_schedule from policy`,
  )
  return { intervalMs: row.probe_interval_seconds * 1000, hostsPerSchedule: row.hosts_per_schedule }
}

/** The policy as it is, and until the end of the transaction nobody else changes it. */
export async function lockPolicy(tx: Tx): Promise<PolicyValues> {
  return policyRow(await selectPolicy(tx, tx`for update`))
}

const selectPolicy = (sql: AnySql, locking: ReturnType<AnySql>) => sql<PolicyValues[]>`
  select probe_interval_seconds, failures_to_go_down, successes_to_come_up, hosts_per_schedule,
         drift_major_worsening_pp, drift_minor_worsening_pp, drift_improvement_pp, drift_basis,
         allowed_addresses, publish_actions, notify,
         flapping_changes, flapping_window_minutes, flapping_quiet_minutes,
         remove_at_most_percent,
         confirm_after_seconds, hold_min_hosts, hold_above_percent, hold_at_most_minutes
  from policy
  ${locking}`

/**
 * The one row of a statement that reads the policy, with or without more beside it.
 *
 * @throws Error saying how to put the row back, where somebody has deleted it.
 */
export function policyRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined)
    throw new Error('the table policy has lost its row: insert into policy default values')
  return row
}

/** Sets every setting. */
export async function savePolicy(tx: Tx, policy: PolicyValues): Promise<void> {
  await tx`
    update policy
    set probe_interval_seconds = ${policy.probe_interval_seconds},
        failures_to_go_down = ${policy.failures_to_go_down},
        successes_to_come_up = ${policy.successes_to_come_up},
        hosts_per_schedule = ${policy.hosts_per_schedule},
        drift_major_worsening_pp = ${policy.drift_major_worsening_pp},
        drift_minor_worsening_pp = ${policy.drift_minor_worsening_pp},
        drift_improvement_pp = ${policy.drift_improvement_pp},
        drift_basis = ${policy.drift_basis},
        allowed_addresses = ${policy.allowed_addresses},
        publish_actions = ${policy.publish_actions},
        notify = ${policy.notify},
        flapping_changes = ${policy.flapping_changes},
        flapping_window_minutes = ${policy.flapping_window_minutes},
        flapping_quiet_minutes = ${policy.flapping_quiet_minutes},
        remove_at_most_percent = ${policy.remove_at_most_percent},
        confirm_after_seconds = ${policy.confirm_after_seconds},
        hold_min_hosts = ${policy.hold_min_hosts},
        hold_above_percent = ${policy.hold_above_percent},
        hold_at_most_minutes = ${policy.hold_at_most_minutes},
        updated_at = now()`
}

/** Sets how often hosts are probed and how many share a schedule; null leaves what is there. */
export async function setProbeCadence(
  sql: AnySql,
  cadence: { readonly [Key in keyof InitialPolicy]: InitialPolicy[Key] | null },
): Promise<void> {
  await sql`
    update policy
    set probe_interval_seconds = coalesce(${cadence.probeIntervalSeconds}::integer, probe_interval_seconds),
        hosts_per_schedule = coalesce(${cadence.hostsPerSchedule}::smallint, hosts_per_schedule),
        updated_at = now()`
}

/** Lets the prober connect to its own machine, unless an operator has chosen what it may connect to. */
export async function allowLoopback(sql: AnySql): Promise<void> {
  await sql`
    update policy
    set allowed_addresses = ${formatAddressClasses(ALLOWED_ADDRESSES_WITH_LOOPBACK)}, updated_at = now()
    where allowed_addresses = ${formatAddressClasses(DEFAULT_ALLOWED_ADDRESSES)}`
}
