import { POLICY_KEYS, type PolicyChanges } from '../../shared/contracts/policy.ts'
import { describeRange, POLICY_RANGES, type PolicyValues } from '../../shared/domain/policy.ts'
import { policyChanged } from '../../shared/domain/policy-event.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { formatTable } from '../terminal/table.ts'
import { describeChange } from './describe-event.ts'
import type { OperatorClient } from './operator-client.ts'

const range = (key: keyof typeof POLICY_RANGES): string => describeRange(POLICY_RANGES[key])

const MEANINGS: Readonly<Record<keyof PolicyValues, string>> = {
  probe_interval_seconds: `between two probes of a host, before jitter of up to 20 %: ${range('probe_interval_seconds')}`,
  failures_to_go_down: `failed probes in a row until a host is unreachable: ${range('failures_to_go_down')}`,
  successes_to_come_up: `answered probes in a row until it is reachable again: ${range('successes_to_come_up')}`,
  hosts_per_schedule: `hosts that share a schedule and a probe function invocation: ${range('hosts_per_schedule')}`,
  drift_major_worsening_pp: 'percentage points by which a score drops for a major worsening',
  drift_minor_worsening_pp: 'the same for a minor worsening; not above the major one',
  drift_improvement_pp: 'percentage points by which a score rises for an improvement',
  drift_basis: 'all_rules, or common_rules: new rules then count on neither side',
  allowed_addresses: 'kinds of address that may be probed, with commas between',
  publish_actions: 'actions of other writers of audit_events that go to the event bus too, such as scan.*',
  flapping_changes: 'changes within the window that make a host flapping: 0 (off) or 2 to 100',
  flapping_window_minutes: `that window: ${range('flapping_window_minutes')}`,
  flapping_quiet_minutes: `without a change until a host is flapping no longer: ${range('flapping_quiet_minutes')}`,
  remove_at_most_percent: `share of an inventory source's hosts that may leave at once without being stopped: ${range('remove_at_most_percent')}`,
  notify: 'changes that people are told of: down, up, major, minor, improvement, prober',
  confirm_after_seconds: `after a failure until the host is probed again out of turn; 0 turns it off: ${range('confirm_after_seconds')}`,
  hold_min_hosts: `hosts that must have failed for the prober to be suspected: ${range('hold_min_hosts')}`,
  hold_above_percent: `and the share of the hosts probed lately; 0 turns the hold off: ${range('hold_above_percent')}`,
  hold_at_most_minutes: `for which a suspected prober calls no host down: ${range('hold_at_most_minutes')}`,
}

/** Shows the settings, each with its meaning. */
export async function showPolicy(client: OperatorClient, output: Output, json: boolean): Promise<ExitCode> {
  const { policy } = await client.ask({ command: 'policy' })
  if (json) output.out(JSON.stringify(policy))
  else {
    const rows = POLICY_KEYS.map((key) => ({ cells: [key, String(policy[key]), MEANINGS[key]] }))
    for (const line of formatTable(['SETTING', 'VALUE', 'MEANING'], rows, { ...output, wrap: true }))
      output.out(line)
  }
  return EXIT.done
}

/** Changes settings, and shows what changed. */
export async function setPolicy(
  client: OperatorClient,
  output: Output,
  { changes, json }: { readonly changes: PolicyChanges; readonly json: boolean },
): Promise<ExitCode> {
  const answer = await client.ask({ command: 'policy.set', changes })
  if (answer.outcome === 'refused') {
    output.err(answer.fault)
    return EXIT.badInput
  }
  const { before, after } =
    (answer.outcome === 'changed' ? policyChanged(answer.before, answer.policy)?.detail : undefined) ??
    NO_CHANGE
  if (json) output.out(JSON.stringify({ outcome: answer.outcome, before, after, policy: answer.policy }))
  else
    output.out(
      answer.outcome === 'changed'
        ? describeChange({ before, after })
        : 'nothing changed: the policy has these values already',
    )
  return EXIT.done
}

const NO_CHANGE = { before: {}, after: {} }
