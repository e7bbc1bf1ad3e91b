import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  classify,
  complianceScore,
  DEFAULT_THRESHOLDS,
  DRIFT_KINDS,
  type DriftKind,
  type DriftThresholds,
  validateThresholds,
} from '../../shared/domain/drift.ts'

describe('the compliance score', () => {
  it.each([
    [0, 0, null],
    [1, 0, 100],
    [0, 1, 0],
    [13, 7, 65],
    [1, 2, 100 / 3],
  ])('the compliance score of %i passed and %i failed rules is %s', (passed, failed, score) => {
    expect(complianceScore({ passed, failed })).toBe(score)
  })

  it.each([
    [Number.NaN, 0],
    [-1, 2],
    [0.5, 2],
    [0, Number.POSITIVE_INFINITY],
  ])('the compliance score refuses to be made of %d and %d rules', (passed, failed) => {
    expect(() => complianceScore({ passed, failed })).toThrow(
      expect.objectContaining({ name: 'InvalidValueError' }),
    )
  })
})

describe('thresholds', () => {
  it('thresholds are 10, 5 and 5 percentage points by default', () => {
    expect(validateThresholds(DEFAULT_THRESHOLDS)).toEqual({
      majorWorseningPp: 10,
      minorWorseningPp: 5,
      improvementPp: 5,
    })
  })

  const wrong = [undefined, null, Number.NaN, 0, -1, 100.1, Number.POSITIVE_INFINITY, '5']
  const cases = (['majorWorseningPp', 'minorWorseningPp', 'improvementPp'] as const).flatMap((field) =>
    wrong.map((value) => [field, value] as const),
  )
  it.each(cases)('thresholds are refused by name where %s is %s', (field, value) => {
    expect(() => validateThresholds({ ...DEFAULT_THRESHOLDS, [field]: value })).toThrow(
      expect.objectContaining({ name: 'InvalidValueError', field }),
    )
  })

  it('thresholds are refused where one is left out', () => {
    const { improvementPp: _, ...rest } = DEFAULT_THRESHOLDS
    expect(() => validateThresholds(rest)).toThrow(expect.objectContaining({ field: 'improvementPp' }))
  })

  it('thresholds are refused where a major worsening would be less than a minor one', () => {
    expect(() => validateThresholds({ majorWorseningPp: 4, minorWorseningPp: 5, improvementPp: 5 })).toThrow(
      expect.objectContaining({ name: 'InvalidValueError', field: 'majorWorseningPp' }),
    )
    expect(validateThresholds({ majorWorseningPp: 5, minorWorseningPp: 5, improvementPp: 100 })).toBeTruthy()
  })

  it('thresholds that are wrong classify nothing', () => {
    const unset = { ...DEFAULT_THRESHOLDS, improvementPp: Number.NaN }
    expect(() => classify(50, 50, unset)).toThrow(expect.objectContaining({ field: 'improvementPp' }))
  })
})

describe('classifying', () => {
  it('classifying knows exactly four kinds', () => {
    expect([...DRIFT_KINDS].sort()).toEqual(['improvement', 'major_worsening', 'minor_worsening', 'stable'])
  })

  it.each<[number | null, number | null, DriftKind]>([
    [80, 70, 'major_worsening'],
    [80, 75, 'minor_worsening'],
    [80, 76, 'stable'],
    [80, 82, 'stable'],
    [70, 78, 'improvement'],
    [65, 55, 'major_worsening'],
    [65, 55.1, 'minor_worsening'],
    [65, 60, 'minor_worsening'],
    [65, 60.1, 'stable'],
    [65, 65, 'stable'],
    [65, 69.9, 'stable'],
    [65, 70, 'improvement'],
    [0, 100, 'improvement'],
    [100, 0, 'major_worsening'],
    [null, 50, 'stable'],
    [50, null, 'stable'],
    [null, null, 'stable'],
  ])('a score of %s and then %s is %s', (prior, current, kind) => {
    expect(classify(prior, current, DEFAULT_THRESHOLDS)).toBe(kind)
  })

  it.each<[number, number, number, DriftKind]>([
    [10, 5, 5, 'major_worsening'],
    [10.1, 5, 5, 'minor_worsening'],
    [20, 15, 5, 'stable'],
  ])(
    'classifying with thresholds of %s, %s and %s pp calls 80 then 70 %s',
    (major, minor, improvement, kind) => {
      const thresholds = { majorWorseningPp: major, minorWorseningPp: minor, improvementPp: improvement }
      expect(classify(80, 70, thresholds)).toBe(kind)
    },
  )

  it('classifying calls every 10 pp drop major where one rule in twenty is 5 pp', () => {
    for (let passed = 2; passed <= 20; passed++) {
      const score = (count: number) => (count / 20) * 100
      expect(classify(score(passed), score(passed - 2), DEFAULT_THRESHOLDS)).toBe('major_worsening')
    }
  })

  it.each([Number.MIN_VALUE, 1e-12, 4.9e-10, 5e-10])(
    'classifying never calls a delta of 0 drift, and still fires on the smallest delta that is reported: threshold %s pp',
    (pp) => {
      const thresholds = { majorWorseningPp: pp, minorWorseningPp: pp, improvementPp: pp }
      expect(classify(50, 50, thresholds)).toBe('stable')
      expect(classify(50, 50 + 1e-10, thresholds)).toBe('stable')
      expect(classify(50, 50 - 1e-10, thresholds)).toBe('stable')
      expect(classify(50, 50 + 1e-9, thresholds)).toBe('improvement')
      expect(classify(50, 50 - 1e-9, thresholds)).toBe('major_worsening')
    },
  )

  it('classifying refuses scores that are no numbers', () => {
    expect(() => classify(Number.NaN, 50, DEFAULT_THRESHOLDS)).toThrow(/no scores/)
    expect(() => classify(50, Number.NaN, DEFAULT_THRESHOLDS)).toThrow(
      expect.objectContaining({ name: 'InvalidValueError', field: 'score' }),
    )
  })

  const MAX_RULES = 250
  it(`classifying agrees with rational arithmetic for every number of passing rules of up to ${MAX_RULES}, before and after`, () => {
    const disagreements: string[] = []
    for (let rules = 1; rules <= MAX_RULES; rules++) {
      for (let before = 0; before <= rules; before++) {
        for (let after = 0; after <= rules; after++) {
          // Far from every threshold nothing can go wrong, and there are ten times as many such pairs.
          const isNearThreshold = [-10, -5, 5].some(
            (pp) => Math.abs(100 * (after - before) - pp * rules) <= 100,
          )
          if (!isNearThreshold) continue
          const expected = rationalKind([before, rules], [after, rules], DEFAULT_THRESHOLDS)
          const actual = classified([before, rules], [after, rules], DEFAULT_THRESHOLDS)
          if (actual !== expected) disagreements.push(`${before} → ${after} of ${rules}: ${actual}`)
        }
      }
    }
    expect(disagreements).toEqual([])
  })

  it('classifying agrees with rational arithmetic also where rules come and go, and for other thresholds', () => {
    const side = fc
      .integer({ min: 1, max: 400 })
      .chain((rules) => fc.tuple(fc.integer({ min: 0, max: rules }), fc.constant(rules)))
    const percent = fc.integer({ min: 1, max: 1000 }).map((tenths) => tenths / 10)
    fc.assert(
      fc.property(side, side, percent, percent, percent, (before, after, a, b, improvementPp) => {
        const thresholds = {
          majorWorseningPp: Math.max(a, b),
          minorWorseningPp: Math.min(a, b),
          improvementPp,
        }
        expect(classified(before, after, thresholds)).toBe(rationalKind(before, after, thresholds))
      }),
      { numRuns: 20_000 },
    )
  })

  it('classifying agrees with rational arithmetic where the threshold is met exactly by different numbers of rules', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 400 }), fc.integer({ min: 1, max: 20 }), (rules, times) => {
        const before: Share = [Math.floor(rules / 2), rules]
        const after: Share = [before[0] * times * 10 - rules * times, rules * times * 10]
        fc.pre(after[0] >= 0)
        expect(rationalKind(before, after, DEFAULT_THRESHOLDS)).toBe('major_worsening')
        expect(classified(before, after, DEFAULT_THRESHOLDS)).toBe('major_worsening')
      }),
      { numRuns: 5_000 },
    )
  })
})

/** Rules that pass, of all that are scored. */
type Share = readonly [passed: number, rules: number]

const scoreOf = ([passed, rules]: Share) => complianceScore({ passed, failed: rules - passed })

const classified = (before: Share, after: Share, thresholds: DriftThresholds): DriftKind =>
  classify(scoreOf(before), scoreOf(after), thresholds)

/** The definition in whole numbers; thresholds have at most one decimal. */
function rationalKind(before: Share, after: Share, thresholds: DriftThresholds): DriftKind {
  const [p0, n0, p1, n1] = [...before, ...after].map(BigInt) as [bigint, bigint, bigint, bigint]
  const deltaTimes = 1000n * (p1 * n0 - p0 * n1)
  const tenths = (pp: number) => BigInt(Math.round(pp * 10)) * n0 * n1
  if (deltaTimes >= tenths(thresholds.improvementPp)) return 'improvement'
  if (deltaTimes <= -tenths(thresholds.majorWorseningPp)) return 'major_worsening'
  if (deltaTimes <= -tenths(thresholds.minorWorseningPp)) return 'minor_worsening'
  return 'stable'
}
