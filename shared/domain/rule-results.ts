/** The result of checking a rule. Only `pass` and `fail` count for a score. */
export const RULE_STATUSES = ['pass', 'fail', 'skipped', 'error'] as const
export type RuleStatus = (typeof RULE_STATUSES)[number]

/** Why the log has a row. A change of both status and severity is a `state_changed`. */
export type ChangeKind = 'first_seen' | 'state_changed' | 'severity_changed'

/** The severities that drift events count. A rule may have another severity, which is not counted. */
export const COUNTED_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type CountedSeverity = (typeof COUNTED_SEVERITIES)[number]

/** What undoing a row of the log needs to know of it. */
export type LoggedChange = {
  readonly changeKind: ChangeKind
  readonly status: RuleStatus
  /** The status in the newest earlier row of the same host and rule. Null where there is none. */
  readonly earlierStatus: RuleStatus | null
}

const FLIPPED: Record<RuleStatus, RuleStatus> = {
  pass: 'fail',
  fail: 'pass',
  skipped: 'skipped',
  error: 'error',
}

/**
 * The status of a rule before a change. Null where the rule did not exist yet. Where a row has no earlier row, the
 * log has been pruned. Then the status before a `state_changed` can only be guessed (`pass` came from `fail` and
 * the reverse; what is not scored was not scored before), and a `severity_changed` did not change the status.
 */
export function undo({ changeKind, status, earlierStatus }: LoggedChange): RuleStatus | null {
  if (changeKind === 'first_seen') return null
  if (earlierStatus !== null) return earlierStatus
  return changeKind === 'state_changed' ? FLIPPED[status] : status
}
