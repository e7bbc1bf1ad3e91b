import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_THRESHOLDS } from '../../shared/domain/drift.ts'
import { complianceDriftDetected, driftEventId } from '../../shared/domain/drift-event.ts'
import { uuidV5 } from '../../shared/domain/uuid-v5.ts'
import { DRIFT_BASES, type DriftBasis, judge, type ScanFacts } from '../../shared/domain/verdict.ts'

const HOST = '11111111-2222-3333-4444-555555555555'
const SCAN = '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005'
const DNS_NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

describe('a UUID of version 5', () => {
  it('a UUID of version 5 is what RFC 9562 gives as its example', () => {
    expect(uuidV5(DNS_NAMESPACE, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
  })
})

describe('a drift event', () => {
  it('a drift event has an id that only its host and scan decide', () => {
    expect(driftEventId(HOST, SCAN)).toBe(driftEventId(HOST, SCAN))
    expect(driftEventId(HOST, SCAN)).not.toBe(driftEventId(SCAN, HOST))
    // The stored events have ids like this one: it may never become another.
    expect(driftEventId(HOST, SCAN)).toBe('83e9656d-429a-564a-abbf-63e9b0deeca0')
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

  it('a drift event reports what its contract says', () => {
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
        compared_delta: -10,
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

  it('a drift event has the delta that was held against the thresholds, also where new rules moved the score the other way', () => {
    // Of 10 known rules 5 passed and 4 pass now; 70 new rules pass.
    const facts: ScanFacts = {
      evaluated: 80,
      passed: 74,
      failed: 6,
      changes: [
        { ...CHANGE, status: 'fail', currentStatus: 'fail', earlierStatus: 'pass', rules: 1 },
        {
          ...CHANGE,
          changeKind: 'first_seen',
          status: 'pass',
          currentStatus: 'pass',
          earlierStatus: null,
          rules: 70,
        },
      ],
    }
    const eventBy = (basis: DriftBasis) =>
      complianceDriftDetected(HOST, SCAN, judge(facts, { thresholds: DEFAULT_THRESHOLDS, basis }))
    const deltas = { score_delta: 42.5, like_for_like_delta: -10 }
    expect(eventBy('common_rules')?.detail).toMatchObject({
      ...deltas,
      drift_type: 'major',
      compared_delta: -10,
    })
    expect(eventBy('all_rules')?.detail).toMatchObject({
      ...deltas,
      drift_type: 'improvement',
      compared_delta: 42.5,
    })
  })

  it('a drift event never has a type that contradicts the delta that was compared', () => {
    const rules = fc.nat({ max: 20 })
    const changed = fc.record({
      rules,
      isOwn: fc.constant(true),
      changeKind: fc.constantFrom('first_seen', 'state_changed'),
      status: fc.constantFrom('pass', 'fail'),
      severity: fc.constant('high'),
    })
    const threshold = fc.oneof(fc.double({ min: 1e-12, max: 100, noNaN: true }), fc.constant(1e-12))
    fc.assert(
      fc.property(rules, rules, fc.array(changed), fc.constantFrom(...DRIFT_BASES), threshold, (...drawn) => {
        const [passed, failed, drawnChanges, basis, pp] = drawn
        const changes = drawnChanges.map((it) => ({
          ...it,
          currentStatus: it.status,
          earlierStatus:
            it.changeKind === 'first_seen'
              ? null
              : it.status === 'pass'
                ? ('fail' as const)
                : ('pass' as const),
        }))
        const count = (status: string) =>
          changes.filter((it) => it.status === status).reduce((sum, it) => sum + it.rules, 0)
        const facts = { passed: passed + count('pass'), failed: failed + count('fail'), changes }
        const thresholds = { majorWorseningPp: pp, minorWorseningPp: pp, improvementPp: pp }
        const verdict = judge({ ...facts, evaluated: facts.passed + facts.failed }, { thresholds, basis })
        const event = complianceDriftDetected(HOST, SCAN, verdict)
        if (event === null) return
        const { drift_type: type, compared_delta: delta, score_delta, like_for_like_delta } = event.detail
        expect(delta).toBe(basis === 'all_rules' ? score_delta : like_for_like_delta)
        expect(Math.sign(delta)).toBe(type === 'improvement' ? 1 : -1)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a drift event is informational when the host got better, and absent when it is stable', () => {
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
