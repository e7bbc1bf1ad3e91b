import { describe, expect, it } from 'vitest'
import { DEFAULT_THRESHOLDS } from '../../shared/domain/drift.ts'
import { type LoggedChange, type RuleStatus, undo } from '../../shared/domain/rule-results.ts'
import { type ChangedRules, judge, type ScanFacts, verdictWithoutTrace } from '../../shared/domain/verdict.ts'

const POLICY = { thresholds: DEFAULT_THRESHOLDS, basis: 'all_rules' } as const
const COMMON = { ...POLICY, basis: 'common_rules' } as const

describe('undoing a change', () => {
  it.each<[LoggedChange, RuleStatus | null]>([
    [{ changeKind: 'first_seen', status: 'fail', earlierStatus: null }, null],
    [{ changeKind: 'state_changed', status: 'fail', earlierStatus: 'skipped' }, 'skipped'],
    [{ changeKind: 'state_changed', status: 'error', earlierStatus: 'pass' }, 'pass'],
    [{ changeKind: 'severity_changed', status: 'fail', earlierStatus: 'fail' }, 'fail'],
    // The log has been pruned.
    [{ changeKind: 'state_changed', status: 'fail', earlierStatus: null }, 'pass'],
    [{ changeKind: 'state_changed', status: 'pass', earlierStatus: null }, 'fail'],
    [{ changeKind: 'state_changed', status: 'error', earlierStatus: null }, 'error'],
    [{ changeKind: 'state_changed', status: 'skipped', earlierStatus: null }, 'skipped'],
    [{ changeKind: 'severity_changed', status: 'pass', earlierStatus: null }, 'pass'],
  ])('undoing the change %j gives %s', (change, prior) => {
    expect(undo(change)).toBe(prior)
  })
})

/** A change of the scan's own, unless told otherwise, that is still how the rule is now. */
const change = (over: Partial<ChangedRules>): ChangedRules => ({
  rules: 1,
  isOwn: true,
  changeKind: 'state_changed',
  status: 'fail',
  severity: 'medium',
  earlierStatus: 'pass',
  currentStatus: over.status ?? 'fail',
  ...over,
})

const facts = (passed: number, failed: number, changes: ChangedRules[], unscored = 0): ScanFacts => ({
  evaluated: passed + failed + unscored,
  passed,
  failed,
  changes,
})

describe('the verdict on a scan', () => {
  it('the verdict on a scan of a scan that changed nothing is a delta of 0', () => {
    expect(judge(facts(7, 3, []), POLICY)).toMatchObject({
      kind: 'stable',
      notComparable: null,
      priorScore: 70,
      currentScore: 70,
      scoreDelta: 0,
      likeForLikeDelta: 0,
    })
  })

  it('the verdict on a scan counts a rule that was skipped before as unscored before', () => {
    const verdict = judge(facts(9, 1, [change({ earlierStatus: 'skipped' })]), POLICY)
    expect(verdict).toMatchObject({ priorScore: 100, currentScore: 90, kind: 'major_worsening' })
  })

  it('the verdict on a scan undoes what later scans changed', () => {
    const later = change({ isOwn: false, status: 'pass', earlierStatus: 'fail', rules: 4 })
    const own = change({ currentStatus: 'fail', rules: 2 })
    expect(judge(facts(8, 2, [later, own]), POLICY)).toMatchObject({ priorScore: 60, currentScore: 40 })
  })

  it('the verdict on a scan tells a new rule set from a worse host', () => {
    const added = change({ changeKind: 'first_seen', earlierStatus: null, rules: 10 })
    const all = judge(facts(10, 10, [added]), POLICY)
    expect(all).toMatchObject({ kind: 'major_worsening', scoreDelta: -50, likeForLikeDelta: 0, newRules: 10 })
    const common = judge(facts(10, 10, [added]), COMMON)
    expect(common).toMatchObject({ kind: 'stable', notComparable: null, scoreDelta: -50, newRules: 10 })
  })

  it.each([
    ['no_prior_baseline', POLICY, facts(0, 5, [change({ changeKind: 'first_seen', rules: 5 })])],
    ['no_prior_baseline', COMMON, facts(0, 5, [change({ changeKind: 'first_seen', rules: 5 })])],
    ['nothing_scored_before', POLICY, facts(0, 5, [change({ earlierStatus: 'error', rules: 5 })])],
    ['nothing_scored_after', POLICY, facts(0, 0, [change({ status: 'error', rules: 5 })], 5)],
    ['nothing_scored_after', POLICY, facts(0, 0, [], 5)],
    ['nothing_scored_after', POLICY, facts(0, 0, [change({ changeKind: 'first_seen', status: 'error' })], 1)],
    [
      'nothing_scored_after',
      COMMON,
      facts(
        3,
        0,
        [
          change({ status: 'error', rules: 2 }),
          change({ changeKind: 'first_seen', status: 'pass', rules: 3 }),
        ],
        2,
      ),
    ],
  ] as const)('the verdict on a scan is stable for want of comparison: %s', (notComparable, policy, scan) => {
    expect(judge(scan, policy)).toMatchObject({ kind: 'stable', notComparable })
  })

  it('the verdict on a scan has no score where nothing was scored, which is not a score of 0', () => {
    const nothing = facts(0, 0, [], 5)
    expect(judge(nothing, POLICY)).toMatchObject({ priorScore: null, currentScore: null, scoreDelta: null })
    expect(judge(facts(0, 5, []), POLICY)).toMatchObject({ priorScore: 0, currentScore: 0, scoreDelta: 0 })
  })

  it('the verdict on a scan that left no trace is stable, without a score and without a transition', () => {
    expect(verdictWithoutTrace('common_rules')).toEqual({
      kind: 'stable',
      notComparable: null,
      priorScore: null,
      currentScore: null,
      scoreDelta: 0,
      likeForLikeDelta: 0,
      comparedDelta: 0,
      severityTransitions: judge(facts(1, 0, []), POLICY).severityTransitions,
      newRules: 0,
      basis: 'common_rules',
    })
  })

  it('the verdict on a scan counts by severity what became failing and what became passing', () => {
    const changes = [
      change({ severity: 'critical', rules: 2 }),
      change({ severity: 'critical', changeKind: 'first_seen', rules: 3 }),
      change({ severity: 'high', status: 'pass', earlierStatus: 'error', rules: 4 }),
      change({ severity: 'high', status: 'pass', changeKind: 'first_seen', rules: 5 }),
      change({ severity: 'medium', changeKind: 'severity_changed', earlierStatus: 'fail', rules: 6 }),
      change({ severity: 'low', status: 'error', rules: 7 }),
      change({ severity: 'unknown', rules: 8 }),
      change({ severity: 'low', isOwn: false, rules: 9 }),
    ]
    expect(judge(facts(100, 100, changes), POLICY).severityTransitions).toEqual({
      critical_became_failing: 5,
      high_became_failing: 0,
      medium_became_failing: 0,
      low_became_failing: 0,
      critical_became_passing: 0,
      high_became_passing: 4,
      medium_became_passing: 0,
      low_became_passing: 0,
    })
  })
})
