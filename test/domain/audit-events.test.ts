import { describe, expect, it } from 'vitest'
import { hostConnectivityChecked } from '../../shared/domain/audit-events.ts'
import { fleetHostsAdded, fleetHostsRemoved, MAX_NAMES_IN_EVENT } from '../../shared/domain/fleet-event.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { policyChanged } from '../../shared/domain/policy-event.ts'
import { DEFAULT_POLICY } from '../support/default-policy.ts'

const HOST = parseHostId('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005')

describe('the event of a host whose status changed', () => {
  it('the event of a host that came up is a success, with its time to answer', () => {
    expect(
      hostConnectivityChecked({
        hostId: HOST,
        from: 'unknown',
        to: 'reachable',
        responseMs: 12,
        errorType: null,
        consecutiveFailures: 0,
      }),
    ).toEqual({
      action: 'host.connectivity.checked',
      severity: 'info',
      outcome: 'success',
      resourceType: 'host',
      resourceId: HOST,
      detail: {
        host_id: HOST,
        ssh_accessible: true,
        new_status: 'reachable',
        prior_status: 'unknown',
        response_time_ms: 12,
        error_type: null,
        consecutive_failures: 0,
      },
    })
  })

  it('the event of a host that went down is a failure, with the reason and how often it failed', () => {
    expect(
      hostConnectivityChecked({
        hostId: HOST,
        from: 'reachable',
        to: 'unreachable',
        responseMs: null,
        errorType: 'tcp_timeout',
        consecutiveFailures: 2,
      }),
    ).toMatchObject({
      severity: 'info',
      outcome: 'failure',
      detail: {
        ssh_accessible: false,
        new_status: 'unreachable',
        prior_status: 'reachable',
        error_type: 'tcp_timeout',
        consecutive_failures: 2,
      },
    })
  })
})

describe('the event of a policy that changed', () => {
  it('the event of a policy that changed has each setting that did, before and after', () => {
    expect(
      policyChanged(DEFAULT_POLICY, {
        ...DEFAULT_POLICY,
        failures_to_go_down: 3,
        drift_basis: 'common_rules',
      }),
    ).toEqual({
      action: 'policy.changed',
      severity: 'info',
      outcome: 'success',
      resourceType: 'policy',
      resourceId: 'policy',
      detail: {
        before: { failures_to_go_down: 2, drift_basis: 'all_rules' },
        after: { failures_to_go_down: 3, drift_basis: 'common_rules' },
      },
    })
    expect(policyChanged(DEFAULT_POLICY, { ...DEFAULT_POLICY })).toBeNull()
  })
})

describe('the event of a fleet that changed', () => {
  it('the event of hosts that were added counts the new ones and the changed ones, and names both', () => {
    const changes = [
      { name: 'web-2', isNew: true },
      { name: 'web-1', isNew: false },
      { name: 'db-1', isNew: true },
    ]
    expect(fleetHostsAdded('import', changes)).toEqual({
      action: 'fleet.hosts.added',
      severity: 'info',
      outcome: 'success',
      resourceType: 'fleet',
      resourceId: 'fleet',
      detail: { source: 'import', added: 2, changed: 1, names: ['db-1', 'web-1', 'web-2'] },
    })
  })

  it('the event of hosts that were removed counts them, and names the first twenty in order', () => {
    const hosts = Array.from({ length: 30 }, (_, i) => ({ name: `web-${90 - i}` }))
    expect(fleetHostsRemoved('file:here:/fleet.csv', hosts)).toEqual({
      action: 'fleet.hosts.removed',
      severity: 'info',
      outcome: 'success',
      resourceType: 'fleet',
      resourceId: 'fleet',
      detail: {
        source: 'file:here:/fleet.csv',
        removed: 30,
        names: Array.from({ length: MAX_NAMES_IN_EVENT }, (_, i) => `web-${61 + i}`),
      },
    })
  })

  it('a command that changed nothing of the fleet makes no event', () => {
    expect(fleetHostsAdded('import', [])).toBeNull()
    expect(fleetHostsRemoved('import', [])).toBeNull()
  })
})
