import type { PolicyValues } from '../domain/policy-event.ts'
import type { Tx } from './client.ts'

const LOST = 'the table policy has lost its row: insert into policy default values'

/** The policy as it is. */
export async function readPolicy(tx: Tx): Promise<PolicyValues> {
  const [row] = await tx<PolicyValues[]>`
    select probe_interval_seconds, failures_to_go_down, successes_to_come_up, hosts_per_schedule,
           drift_major_worsening_pp, drift_minor_worsening_pp, drift_improvement_pp, drift_basis,
           allowed_addresses
    from policy`
  if (row === undefined) throw new Error(LOST)
  return row
}

/** The policy as it is, and until the end of the transaction nobody else changes it. */
export async function lockPolicy(tx: Tx): Promise<PolicyValues> {
  const [row] = await tx<PolicyValues[]>`
    select probe_interval_seconds, failures_to_go_down, successes_to_come_up, hosts_per_schedule,
           drift_major_worsening_pp, drift_minor_worsening_pp, drift_improvement_pp, drift_basis,
           allowed_addresses
    from policy
    for update`
  if (row === undefined) throw new Error(LOST)
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
        updated_at = now()`
}
