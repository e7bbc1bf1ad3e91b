import { describe, expect, it } from 'vitest'
import { DEFAULT_THRESHOLDS } from '../../shared/domain/drift.ts'
import { complianceDriftDetected, driftEventId } from '../../shared/domain/drift-event.ts'
import { uuidV5 } from '../../shared/domain/uuid-v5.ts'
import { judge } from '../../shared/domain/verdict.ts'

const HOST = '11111111-2222-3333-4444-555555555555'
const SCAN = '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005'
const DNS_NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

describe('a UUID of version 5', () => {
  it('is what RFC 9562 gives as its example', () => {
    expect(uuidV5(DNS_NAMESPACE, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
  })
})

describe('a drift event', () => {
  it('has an id that only its host and scan decide', () => {
    expect(driftEventId(HOST, SCAN)).toBe(driftEventId(HOST, SCAN))
    expect(driftEventId(HOST, SCAN)).not.toBe(driftEventId(SCAN, HOST))
    expect(driftEventId(HOST, SCAN)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/)
  })

  const verdictOn = (passed: number, failed: number, becameFailing: number, becamePassing = 0) =>
    judge(
      {
        evaluated: passed + failed,
        passed,
        failed,
        changes: [
          { ...CHANGE, status: 'fail', currentStatus: 'fail', earlierStatus: 'pass', rules: becameFailing },
          { ...CHANGE, status: 'pass', currentStatus: 'pass', earlierStatus: 'fail', rules: becamePassing },
        ],
      },
      { thresholds: DEFAULT_THRESHOLDS, basis: 'all_rules' },
    )
  const CHANGE = { isOwn: true, changeKind: 'state_changed', severity: 'high' } as const

  it('reports what its contract says', () => {
    expect(complianceDriftDetected(HOST, SCAN, verdictOn(11, 9, 2))).toEqual({
      action: 'compliance.drift.detected',
      severity: 'warning',
      outcome: 'failure',
      resourceType: 'host',
      resourceId: HOST,
      detail: {
        host_id: HOST,
        scan_id: SCAN,
        drift_type: 'major',
        score_delta: -10,
        like_for_like_delta: -10,
        prior_score: 65,
        current_score: 55,
        severity_transitions: {
          critical_became_failing: 0,
          high_became_failing: 2,
          medium_became_failing: 0,
          low_became_failing: 0,
          critical_became_passing: 0,
          high_became_passing: 0,
          medium_became_passing: 0,
          low_became_passing: 0,
        },
        new_rules: 0,
        basis: 'all_rules',
      },
    })
  })

  it('is informational when the host got better, and absent when it is stable', () => {
    expect(complianceDriftDetected(HOST, SCAN, verdictOn(19, 1, 1))).toMatchObject({
      severity: 'warning',
      detail: { drift_type: 'minor', score_delta: -5 },
    })
    expect(complianceDriftDetected(HOST, SCAN, verdictOn(12, 8, 0, 2))).toMatchObject({
      severity: 'info',
      outcome: 'success',
      detail: { drift_type: 'improvement', score_delta: 10 },
    })
    expect(complianceDriftDetected(HOST, SCAN, verdictOn(12, 8, 0))).toBeNull()
  })
})
