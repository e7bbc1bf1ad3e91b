import { describe, expect, it } from 'vitest'
import { Policy, parseSettings, policyFault } from '../../shared/contracts/policy.ts'
import { policyChanged } from '../../shared/domain/policy-event.ts'
import { DEFAULT_POLICY } from '../support/default-policy.ts'

describe('settings as they are typed', () => {
  it('settings as they are typed become changes', () => {
    expect(
      parseSettings([
        'probe_interval_seconds=120',
        'drift_minor_worsening_pp=2.5',
        'drift_basis=common_rules',
        'allowed_addresses=loopback,private,global',
      ]),
    ).toEqual({
      changes: {
        probe_interval_seconds: 120,
        drift_minor_worsening_pp: 2.5,
        drift_basis: 'common_rules',
        allowed_addresses: 'global,private,loopback',
      },
    })
  })

  it.each([
    [['probe_interval_seconds=59'], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['probe_interval_seconds=61'], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['probe_interval_seconds=90'], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['probe_interval_seconds=100'], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['probe_interval_seconds=3601'], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['probe_interval_seconds=120.5'], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['probe_interval_seconds=5m'], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['probe_interval_seconds='], 'probe_interval_seconds must be a multiple of 60 from 60 to 3600'],
    [['failures_to_go_down=1.5'], 'failures_to_go_down must be a whole number from 1 to 10'],
    [['hosts_per_schedule=501'], 'hosts_per_schedule must be a whole number from 1 to 500'],
    [
      ['drift_improvement_pp=0'],
      'drift_improvement_pp must be a number of percentage points above 0 and at most 100',
    ],
    [['drift_basis=some'], 'drift_basis must be all_rules or common_rules'],
    [['allowed_addresses=all'], 'allowed_addresses must be one or more of global, private, loopback, '],
    [['allowed_addresses='], 'allowed_addresses must be one or more of global, '],
    [['hosts_per_schedule'], '"hosts_per_schedule" is not of the form key=value'],
    [['=3'], '"=3" is not of the form key=value'],
    [['hosts_per_schedule=1', 'hosts_per_schedule=2'], 'hosts_per_schedule is given twice'],
    [['__proto__=1'], 'there is no setting "__proto__"'],
    [['only_row=false'], 'there is no setting "only_row"'],
    [[], 'no setting is given'],
  ])('the setting %j is refused in one sentence', (texts, fault) => {
    expect(parseSettings(texts)).toEqual({ faults: [expect.stringContaining(fault)] })
  })

  it('settings as they are typed are refused with a sentence for each fault', () => {
    expect(parseSettings(['failures_to_go_down=0', 'drift_basis=x'])).toEqual({
      faults: [
        expect.stringMatching(/^failures_to_go_down must/),
        expect.stringMatching(/^drift_basis must/),
      ],
    })
  })
})

describe('a policy', () => {
  it('a policy holds each setting, and no other', () => {
    expect(Policy.safeParse(DEFAULT_POLICY).success).toBe(true)
    expect(Policy.safeParse({ ...DEFAULT_POLICY, more: 1 }).success).toBe(false)
  })

  it('a policy is at fault when a major worsening would be smaller than a minor one', () => {
    expect(policyFault(DEFAULT_POLICY)).toBeNull()
    expect(policyFault({ ...DEFAULT_POLICY, drift_minor_worsening_pp: 10 })).toBeNull()
    expect(policyFault({ ...DEFAULT_POLICY, drift_minor_worsening_pp: 10.5 })).toBe(
      'drift_major_worsening_pp (10) must not be below drift_minor_worsening_pp (10.5)',
    )
  })

  it('a policy that changed gives an event with what changed, before and after', () => {
    expect(policyChanged(DEFAULT_POLICY, { ...DEFAULT_POLICY, failures_to_go_down: 3 })).toMatchObject({
      action: 'policy.changed',
      resourceType: 'policy',
      detail: { before: { failures_to_go_down: 2 }, after: { failures_to_go_down: 3 } },
    })
    expect(policyChanged(DEFAULT_POLICY, { ...DEFAULT_POLICY })).toBeNull()
  })
})
