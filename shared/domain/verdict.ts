import {
  classify,
  complianceScore,
  type DriftKind,
  type DriftThresholds,
  deltaPp,
  roundPp,
  type Tally,
} from './drift.ts'
import {
  COUNTED_SEVERITIES,
  type CountedSeverity,
  type LoggedChange,
  type RuleStatus,
  undo,
} from './rule-results.ts'

/** The sets of rules that a verdict may be based on. */
export const DRIFT_BASES = ['all_rules', 'common_rules'] as const
/** Whether rules that a scan is the first to check count after the scan (`all_rules`), or on neither side. */
export type DriftBasis = (typeof DRIFT_BASES)[number]

export type DriftPolicy = { readonly thresholds: DriftThresholds; readonly basis: DriftBasis }

/** Why the score before a scan and the score after it cannot be compared. */
export const NOT_COMPARABLE = ['no_prior_baseline', 'nothing_scored_before', 'nothing_scored_after'] as const
export type NotComparable = (typeof NOT_COMPARABLE)[number]

/** Rules of a scan that changed in the scan or later, in the same way: their first such change, and their number. */
export type ChangedRules = LoggedChange & {
  readonly rules: number
  /** Whether the scan itself made the change. If not, a later scan did. */
  readonly isOwn: boolean
  readonly severity: string
  /** The status at the moment that `ScanFacts` speaks of. */
  readonly currentStatus: RuleStatus
}

/**
 * What the database knows of a scan: how its rules are at one moment, and what changed in the scan and from then
 * until that moment. The moment is the end of the scan where its writer recorded it, and otherwise now.
 */
export type ScanFacts = Tally & {
  /** The number of rules that the scan evaluated, scored or not. */
  readonly evaluated: number
  readonly changes: readonly ChangedRules[]
}

export type SeverityTransitions = Readonly<
  Record<`${CountedSeverity}_became_${'failing' | 'passing'}`, number>
>

export type Verdict = {
  readonly kind: DriftKind
  /** Set where the two scores could not be compared, which is `stable`. */
  readonly notComparable: NotComparable | null
  /** The score over all rules of the scan, in percent, rounded to 1e-9. Null if no rule was scored. */
  readonly priorScore: number | null
  readonly currentScore: number | null
  /** The difference in percentage points, rounded to 1e-9. New rules count after the scan and not before. */
  readonly scoreDelta: number | null
  /** The same without new rules. */
  readonly likeForLikeDelta: number | null
  /** The one of the two that is held against the thresholds, by `basis`. */
  readonly comparedDelta: number | null
  readonly severityTransitions: SeverityTransitions
  readonly newRules: number
  readonly basis: DriftBasis
}

/** Judges a scan: starts from the facts, and undoes the log back to after the scan, then to before it. */
export function judge(facts: ScanFacts, { thresholds, basis }: DriftPolicy): Verdict {
  const { after, before, common, newRules } = sides(facts)
  const priorScore = complianceScore(before)
  const currentScore = complianceScore(after)
  const commonScore = complianceScore(common)
  const comparedScore = basis === 'all_rules' ? currentScore : commonScore
  return {
    kind: classify(priorScore, comparedScore, thresholds),
    notComparable: comparability(facts.evaluated === newRules, priorScore, currentScore, comparedScore),
    priorScore: rounded(priorScore),
    currentScore: rounded(currentScore),
    scoreDelta: deltaPp(priorScore, currentScore),
    likeForLikeDelta: deltaPp(priorScore, commonScore),
    comparedDelta: deltaPp(priorScore, comparedScore),
    severityTransitions: countTransitions(facts.changes),
    newRules,
    basis,
  }
}

/** The verdict on a scan that left no row because later scans have overwritten all of them: it changed nothing. */
export function verdictWithoutTrace(basis: DriftBasis): Verdict {
  return {
    kind: 'stable',
    notComparable: null,
    priorScore: null,
    currentScore: null,
    scoreDelta: 0,
    likeForLikeDelta: 0,
    comparedDelta: 0,
    severityTransitions: countTransitions([]),
    newRules: 0,
    basis,
  }
}

const rounded = (score: number | null): number | null => (score === null ? null : roundPp(score))

type Sides = {
  readonly after: Tally
  readonly before: Tally
  /** The score after the scan without new rules. */
  readonly common: Tally
  readonly newRules: number
}

function sides(facts: ScanFacts): Sides {
  const after = { passed: facts.passed, failed: facts.failed }
  const before = { ...after }
  const common = { ...after }
  let newRules = 0
  for (const change of facts.changes) {
    const prior = undo(change)
    const left = change.isOwn ? change.status : prior
    const isNew = change.isOwn && change.changeKind === 'first_seen'
    if (isNew) newRules += change.rules
    move(after, change, left)
    move(before, change, prior)
    move(common, change, isNew ? null : left)
  }
  return { after, before, common, newRules }
}

type MutableTally = { passed: number; failed: number }

/** Counts the rules under the status that they had then, instead of the one that they have now. */
function move(tally: MutableTally, { currentStatus, rules }: ChangedRules, then: RuleStatus | null): void {
  tally.passed += rules * (Number(then === 'pass') - Number(currentStatus === 'pass'))
  tally.failed += rules * (Number(then === 'fail') - Number(currentStatus === 'fail'))
}

/**
 * That a scan scored nothing has precedence over the other reasons, also on a host's first scan: it is the only
 * reason of the three that somebody has to look into.
 */
function comparability(
  isAllNew: boolean,
  prior: number | null,
  current: number | null,
  compared: number | null,
): NotComparable | null {
  if (current === null) return 'nothing_scored_after'
  if (isAllNew) return 'no_prior_baseline'
  if (prior === null) return 'nothing_scored_before'
  return compared === null ? 'nothing_scored_after' : null
}

const NO_TRANSITIONS: SeverityTransitions = {
  critical_became_failing: 0,
  high_became_failing: 0,
  medium_became_failing: 0,
  low_became_failing: 0,
  critical_became_passing: 0,
  high_became_passing: 0,
  medium_became_passing: 0,
  low_became_passing: 0,
}

function countTransitions(changes: readonly ChangedRules[]): SeverityTransitions {
  const counts = { ...NO_TRANSITIONS }
  for (const { isOwn, changeKind, status, severity, rules } of changes) {
    const counted = COUNTED_SEVERITIES.find((name) => name === severity)
    if (!isOwn || counted === undefined || changeKind === 'severity_changed') continue
    if (status === 'fail') counts[`${counted}_became_failing`] += rules
    if (status === 'pass' && changeKind === 'state_changed') counts[`${counted}_became_passing`] += rules
  }
  return counts
}
