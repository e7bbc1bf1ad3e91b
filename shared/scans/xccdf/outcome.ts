import type { CountedSeverity, RuleStatus } from '../../domain/rule-results.ts'
import { ScanFileError } from '../scan-file-error.ts'

/** What one rule came to in one scan, in the words of the transaction log. */
export type RuleOutcome = {
  readonly ruleId: string
  readonly status: RuleStatus
  readonly severity: CountedSeverity
  /** XCCDF's own word, for a skipped rule only. */
  readonly skipReason: string | null
}

/**
 * XCCDF 1.2 §6.6.4.2. `fixed` was remediated during the scan, so it holds now. `notselected` is not here: the
 * profile leaves that rule out, the scan says nothing about it, and it is dropped.
 */
const STATUS_OF_RESULT = new Map<string, RuleStatus>([
  ['pass', 'pass'],
  ['fixed', 'pass'],
  ['fail', 'fail'],
  ['error', 'error'],
  ['unknown', 'error'],
  ['notapplicable', 'skipped'],
  ['notchecked', 'skipped'],
  ['informational', 'skipped'],
])

/**
 * XCCDF has no `critical`. `unknown`, which is also XCCDF's default, becomes medium: content writers leave the
 * severity out of rules of every weight, so neither end of the scale would be right.
 */
const SEVERITY_OF_RATING = new Map<string, CountedSeverity>([
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['info', 'low'],
  ['unknown', 'medium'],
])

/** The worst of several instances of one rule (for example one per user account) counts for the rule. */
const WORST_FIRST: readonly RuleStatus[] = ['fail', 'error', 'pass', 'skipped']
const MOST_SEVERE_FIRST: readonly CountedSeverity[] = ['critical', 'high', 'medium', 'low']

/**
 * One `rule-result`; null where the scan's profile does not select the rule.
 * @throws ScanFileError (`invalid_value`) for a result or severity that XCCDF does not know.
 */
export function toOutcome(ruleId: string, result: string, rating: string | undefined): RuleOutcome | null {
  if (result === 'notselected') return null
  const status = STATUS_OF_RESULT.get(result)
  if (status === undefined) throw unknownWord(ruleId, 'result', result)
  const severity = SEVERITY_OF_RATING.get(rating ?? 'unknown')
  if (severity === undefined) throw unknownWord(ruleId, 'severity', rating ?? '')
  return { ruleId, status, severity, skipReason: status === 'skipped' ? result : null }
}

/** Two instances of the same rule as one: the worse status, the higher severity. */
export function combine(one: RuleOutcome, other: RuleOutcome): RuleOutcome {
  const worse = WORST_FIRST.indexOf(other.status) < WORST_FIRST.indexOf(one.status) ? other : one
  const severity = MOST_SEVERE_FIRST.find((level) => level === one.severity || level === other.severity)
  return { ...worse, severity: severity ?? worse.severity }
}

function unknownWord(ruleId: string, what: string, word: string): ScanFileError {
  const quoted = JSON.stringify(word.slice(0, 40))
  return new ScanFileError('invalid_value', `rule ${ruleId}: ${quoted} is no ${what} that XCCDF 1.2 knows`)
}
