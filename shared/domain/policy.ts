import { type AddressClass, parseAddressClasses } from './addresses.ts'
import { MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS, MINUTE_MS } from './cadence.ts'
import { validateThresholds } from './drift.ts'
import type { FlappingPolicy } from './flapping.ts'
import type { HoldPolicy } from './prober-hold.ts'
import type { HysteresisThresholds } from './reachability.ts'
import { MAX_HOSTS_PER_INVOCATION } from './schedules.ts'
import type { DriftBasis, DriftPolicy } from './verdict.ts'

/** What an operator may set, under the names that the table, the command line and the audit log share. */
export type PolicyValues = {
  readonly probe_interval_seconds: number
  readonly failures_to_go_down: number
  readonly successes_to_come_up: number
  readonly hosts_per_schedule: number
  readonly drift_major_worsening_pp: number
  readonly drift_minor_worsening_pp: number
  readonly drift_improvement_pp: number
  readonly drift_basis: DriftBasis
  /** Names of address classes with commas between, in the order of ADDRESS_CLASSES. */
  readonly allowed_addresses: string
  /** Actions of other writers of audit_events that go to the event bus too, with commas between; see isPublished. */
  readonly publish_actions: string
  /** The kinds of change that people are told of, of NOTIFY_KINDS, with commas between. */
  readonly notify: string
  /** As many changes of a host within the window make it flapping; 0 for never. */
  readonly flapping_changes: number
  readonly flapping_window_minutes: number
  /** A flapping host that has not changed for so long is flapping no longer. */
  readonly flapping_quiet_minutes: number
  /** Of the hosts of one inventory source that are listed no longer, the share that may leave the fleet in one run. */
  readonly remove_at_most_percent: number
  /** How old a failure is when its host is probed again out of turn; 0 for never. */
  readonly confirm_after_seconds: number
  readonly hold_min_hosts: number
  /** Of the hosts that were probed lately; 0 where the prober is never suspected. */
  readonly hold_above_percent: number
  readonly hold_at_most_minutes: number
}
export type PolicyKey = keyof PolicyValues

/** What an installation starts with. Later the policy is the operators' own, whatever a deploy says. */
export type InitialPolicy = {
  /** Within POLICY_RANGES.probe_interval_seconds. */
  readonly probeIntervalSeconds: number
  /** Within POLICY_RANGES.hosts_per_schedule. */
  readonly hostsPerSchedule: number
}

export type PolicyRange = { readonly least: number; readonly most: number; readonly multipleOf: number }

/** The settings that are whole numbers, each from `least` to `most`. The checks of the table say the same. */
export const POLICY_RANGES = {
  /** Whole minutes: Scheduler fires by no other. */
  probe_interval_seconds: { least: MIN_INTERVAL_SECONDS, most: MAX_INTERVAL_SECONDS, multipleOf: 60 },
  failures_to_go_down: { least: 1, most: 10, multipleOf: 1 },
  successes_to_come_up: { least: 1, most: 10, multipleOf: 1 },
  hosts_per_schedule: { least: 1, most: MAX_HOSTS_PER_INVOCATION, multipleOf: 1 },
  /** One change is no flapping: see policyFault. */
  flapping_changes: { least: 0, most: 100, multipleOf: 1 },
  /** A minute to a day. */
  flapping_window_minutes: { least: 1, most: 1440, multipleOf: 1 },
  flapping_quiet_minutes: { least: 1, most: 1440, multipleOf: 1 },
  remove_at_most_percent: { least: 1, most: 100, multipleOf: 1 },
  confirm_after_seconds: { least: 0, most: 600, multipleOf: 1 },
  hold_min_hosts: { least: 1, most: 1_000_000, multipleOf: 1 },
  hold_above_percent: { least: 0, most: 100, multipleOf: 1 },
  hold_at_most_minutes: { least: 1, most: 1440, multipleOf: 1 },
} as const satisfies Partial<Record<PolicyKey, PolicyRange>>

/** Whether a setting with this range may have this value. */
export const isInRange = (value: number, { least, most, multipleOf }: PolicyRange): boolean =>
  value >= least && value <= most && value % multipleOf === 0

/** What a setting with this range may be, for a sentence such as "it must be …". */
export const describeRange = ({ least, most, multipleOf }: PolicyRange): string =>
  `a ${multipleOf === 1 ? 'whole number' : `multiple of ${multipleOf}`} from ${least} to ${most}`

/** How many results in a row change the status of a host. */
export const readHysteresis = (
  policy: Pick<PolicyValues, 'failures_to_go_down' | 'successes_to_come_up'>,
): HysteresisThresholds => ({
  failuresToGoDown: policy.failures_to_go_down,
  successesToComeUp: policy.successes_to_come_up,
})

/** When a host is flapping, and when no longer. */
export const readFlappingPolicy = (policy: FlappingSettings): FlappingPolicy => ({
  changes: policy.flapping_changes,
  windowMs: policy.flapping_window_minutes * MINUTE_MS,
  quietMs: policy.flapping_quiet_minutes * MINUTE_MS,
})

export type FlappingSettings = Pick<
  PolicyValues,
  'flapping_changes' | 'flapping_window_minutes' | 'flapping_quiet_minutes'
>

/** When the prober itself is suspected. */
export const readHoldPolicy = (policy: HoldSettings): HoldPolicy => ({
  minHosts: policy.hold_min_hosts,
  abovePercent: policy.hold_above_percent,
  atMostMs: policy.hold_at_most_minutes * MINUTE_MS,
  asksWitnesses: policy.confirm_after_seconds > 0,
})

export type HoldSettings = Pick<
  PolicyValues,
  'confirm_after_seconds' | 'hold_min_hosts' | 'hold_above_percent' | 'hold_at_most_minutes'
>

/**
 * The kinds of address that a probe may connect to. None where a kind is unknown: what is not understood is refused.
 */
export const parseAllowedAddresses = (
  policy: Pick<PolicyValues, 'allowed_addresses'>,
): ReadonlySet<AddressClass> => parseAddressClasses(policy.allowed_addresses) ?? new Set()

/**
 * Returns the part of the policy that decides on verdicts.
 *
 * @throws InvalidValueError for thresholds that mean nothing; the checks of the table let none in.
 */
export const readDriftPolicy = (policy: PolicyValues): DriftPolicy => ({
  thresholds: validateThresholds({
    majorWorseningPp: policy.drift_major_worsening_pp,
    minorWorseningPp: policy.drift_minor_worsening_pp,
    improvementPp: policy.drift_improvement_pp,
  }),
  basis: policy.drift_basis,
})
