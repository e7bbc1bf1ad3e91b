import { describe, expect, it } from 'vitest'
import { InvalidValueError } from '../../shared/domain/errors.ts'
import {
  isInRange,
  POLICY_RANGES,
  type PolicyValues,
  parseAllowedAddresses,
  readDriftPolicy,
  readHysteresis,
} from '../../shared/domain/policy.ts'
import { DEFAULT_POLICY } from '../support/default-policy.ts'

const POLICY: PolicyValues = {
  ...DEFAULT_POLICY,
  failures_to_go_down: 4,
  successes_to_come_up: 3,
  drift_major_worsening_pp: 12,
  drift_minor_worsening_pp: 6,
  drift_improvement_pp: 7,
  drift_basis: 'common_rules',
  allowed_addresses: 'global,loopback',
}

describe('a policy', () => {
  it.each(Object.entries(POLICY_RANGES))(
    'a policy takes %s at both ends of its range, and nothing beyond',
    (_, range) => {
      const { least, most, multipleOf } = range
      for (const value of [least, most]) expect(isInRange(value, range)).toBe(true)
      for (const value of [least - multipleOf, most + multipleOf]) expect(isInRange(value, range)).toBe(false)
    },
  )

  it('a policy has the ranges that its documentation promises', () => {
    expect(POLICY_RANGES).toEqual({
      probe_interval_seconds: { least: 60, most: 3600, multipleOf: 60 },
      failures_to_go_down: { least: 1, most: 10, multipleOf: 1 },
      successes_to_come_up: { least: 1, most: 10, multipleOf: 1 },
      hosts_per_schedule: { least: 1, most: 500, multipleOf: 1 },
      remove_at_most_percent: { least: 1, most: 100, multipleOf: 1 },
      flapping_changes: { least: 0, most: 100, multipleOf: 1 },
      flapping_window_minutes: { least: 1, most: 1440, multipleOf: 1 },
      flapping_quiet_minutes: { least: 1, most: 1440, multipleOf: 1 },
      confirm_after_seconds: { least: 0, most: 600, multipleOf: 1 },
      hold_min_hosts: { least: 1, most: 1_000_000, multipleOf: 1 },
      hold_above_percent: { least: 0, most: 100, multipleOf: 1 },
      hold_at_most_minutes: { least: 1, most: 1440, multipleOf: 1 },
    })
  })

  it('a policy says how many results in a row change the status of a host', () => {
    expect(readHysteresis(POLICY)).toEqual({ failuresToGoDown: 4, successesToComeUp: 3 })
  })

  it('a policy allows the kinds of address that it names, and none if it names one that is unknown', () => {
    expect(parseAllowedAddresses(POLICY)).toEqual(new Set(['global', 'loopback']))
    expect(parseAllowedAddresses({ ...POLICY, allowed_addresses: 'global,galactic' })).toEqual(new Set())
  })

  it('a policy says by which thresholds and which rules a scan is judged', () => {
    const thresholds = { majorWorseningPp: 12, minorWorseningPp: 6, improvementPp: 7 }
    expect(readDriftPolicy(POLICY)).toEqual({ thresholds, basis: 'common_rules' })
    expect(() => readDriftPolicy({ ...POLICY, drift_minor_worsening_pp: 13 })).toThrow(InvalidValueError)
  })
})
