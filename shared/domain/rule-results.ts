/** What checking a rule came to. Only `pass` and `fail` count for a score. */
export const RULE_STATUSES = ['pass', 'fail', 'skipped', 'error'] as const
export type RuleStatus = (typeof RULE_STATUSES)[number]

/** Why the log has a row. A change of status and severity at once is a `state_changed`. */
export type ChangeKind = 'first_seen' | 'state_changed' | 'severity_changed'

/** The severities that drift events count; a rule may bear another, which is counted nowhere. */
export const COUNTED_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type CountedSeverity = (typeof COUNTED_SEVERITIES)[number]

/** A row of the log, as far as undoing it goes. */
export type LoggedChange = {
  readonly changeKind: ChangeKind
  readonly status: RuleStatus
  /** The status in the newest earlier row of the same host and rule; null where there is none. */
  readonly earlierStatus: RuleStatus | null
}

const FLIPPED: Record<RuleStatus, RuleStatus> = {
  pass: 'fail',
  fail: 'pass',
  skipped: 'skipped',
  error: 'error',
}

/**
 * The status of a rule before a change of it; null where the rule did not exist yet. Without an earlier row
 * the log has been pruned: a change of status can then only be guessed (pass came from fail and the reverse;
 * what is not scored now was not scored), and a change of severity left the status alone.
 */
export function undo({ changeKind, status, earlierStatus }: LoggedChange): RuleStatus | null {
  if (changeKind === 'first_seen') return null
  if (earlierStatus !== null) return earlierStatus
  return changeKind === 'state_changed' ? FLIPPED[status] : status
}
