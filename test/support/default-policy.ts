import type { PolicyValues } from '../../shared/domain/policy.ts'

/** The policy that a new database starts with. */
export const DEFAULT_POLICY: PolicyValues = {
  probe_interval_seconds: 300,
  failures_to_go_down: 2,
  successes_to_come_up: 1,
  hosts_per_schedule: 1,
  drift_major_worsening_pp: 10,
  drift_minor_worsening_pp: 5,
  drift_improvement_pp: 5,
  drift_basis: 'all_rules',
  allowed_addresses: 'global,private',
  publish_actions: '',
  flapping_changes: 4,
  flapping_window_minutes: 60,
  flapping_quiet_minutes: 30,
  remove_at_most_percent: 20,
  notify: 'down,up,major,prober',
  confirm_after_seconds: 20,
  hold_min_hosts: 10,
  hold_above_percent: 50,
  hold_at_most_minutes: 15,
}
