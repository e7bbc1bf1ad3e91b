import { InvalidValueError } from './errors.ts'

/** What a scan did to a host. There are exactly these four kinds. */
export const DRIFT_KINDS = ['improvement', 'stable', 'minor_worsening', 'major_worsening'] as const
export type DriftKind = (typeof DRIFT_KINDS)[number]

/** The percentage points by which a score has to move, each in (0, 100]. A threshold that is met exactly fires. */
export type DriftThresholds = {
  readonly majorWorseningPp: number
  /** This threshold is not above `majorWorseningPp`. */
  readonly minorWorseningPp: number
  readonly improvementPp: number
}

/** The thresholds of a policy that sets none. */
export const DEFAULT_THRESHOLDS: DriftThresholds = {
  majorWorseningPp: 10,
  minorWorseningPp: 5,
  improvementPp: 5,
}

const THRESHOLD_FIELDS = ['majorWorseningPp', 'minorWorseningPp', 'improvementPp'] as const

/** @throws InvalidValueError naming the field that is absent, not a number, not in (0, 100], or out of order. */
export function validateThresholds(thresholds: Readonly<Record<string, unknown>>): DriftThresholds {
  const [majorWorseningPp, minorWorseningPp, improvementPp] = THRESHOLD_FIELDS.map((field) =>
    validThreshold(field, thresholds[field]),
  ) as [number, number, number]
  if (majorWorseningPp < minorWorseningPp) {
    throw new InvalidValueError(
      'majorWorseningPp',
      `majorWorseningPp (${majorWorseningPp}) is below minorWorseningPp (${minorWorseningPp})`,
    )
  }
  return { majorWorseningPp, minorWorseningPp, improvementPp }
}

function validThreshold(field: string, value: unknown): number {
  // NaN fails both comparisons.
  if (typeof value === 'number' && value > 0 && value <= 100) return value
  throw new InvalidValueError(field, `${field} is ${String(value)}: not a number above 0 and at most 100`)
}

/** The numbers of rules that count for a score. Rules that were skipped or errored do not count. */
export type Tally = { readonly passed: number; readonly failed: number }

/**
 * The share of rules that pass, in percent, 0 to 100. Null where no rule was scored.
 * @throws InvalidValueError for a count that is not a whole number, 0 or more.
 */
export function complianceScore({ passed, failed }: Tally): number | null {
  for (const [field, count] of Object.entries({ passed, failed })) {
    if (!Number.isSafeInteger(count) || count < 0) throw new InvalidValueError(field, `${field} is ${count}`)
  }
  const scored = passed + failed
  return scored === 0 ? null : (100 * passed) / scored
}

/** Percentage points are compared and reported in steps of 1e-9, far below the smallest difference of any rule set. */
const STEPS_PER_PP = 1e9

/** Rounded to 1e-9 pp, so that 65 → 55 of 20 rules is a drop of 10 also in floating point. */
export const roundPp = (pp: number): number => Math.round(pp * STEPS_PER_PP) / STEPS_PER_PP

/** The percentage points by which the score moved, rounded to 1e-9. Null if either side has no score. */
export function deltaPp(prior: number | null, current: number | null): number | null {
  if (prior === null || current === null) return null
  const delta = roundPp(current - prior)
  if (Number.isNaN(delta)) throw new InvalidValueError('score', `no scores: ${prior} and ${current}`)
  return delta
}

/**
 * The kind of drift from one score to the next, both in percent. Scores of which one is null cannot be compared,
 * which is `stable`.
 * @throws InvalidValueError for thresholds that `validateThresholds` refuses, and for a score that is NaN.
 */
export function classify(
  prior: number | null,
  current: number | null,
  thresholds: DriftThresholds,
): DriftKind {
  const { majorWorseningPp, minorWorseningPp, improvementPp } = validateThresholds(thresholds)
  const delta = deltaPp(prior, current)
  // A threshold below half a step is rounded to 0, which every delta of 0 would meet.
  if (delta === null || delta === 0) return 'stable'
  if (delta >= roundPp(improvementPp)) return 'improvement'
  if (delta <= -roundPp(majorWorseningPp)) return 'major_worsening'
  if (delta <= -roundPp(minorWorseningPp)) return 'minor_worsening'
  return 'stable'
}
