import { type ControlStatus, type ExecJSON, hdfWrapControl } from 'inspecjs'
import type { RuleStatus } from '../../domain/rule-results.ts'
import { requireRuleId } from '../rule-id.ts'
import type { ScannedRule } from '../scan-file.ts'
import { ScanFileError } from '../scan-file-error.ts'

/**
 * The status of a control as Heimdall and the SAF CLI compute it, in the words of the transaction log.
 * `From Profile` is the status of a control that was never run, which a results file cannot contain.
 */
const STATUS_OF_CONTROL: Readonly<Record<Exclude<ControlStatus, 'From Profile'>, RuleStatus>> = {
  Passed: 'pass',
  Failed: 'fail',
  'Not Applicable': 'skipped',
  'Not Reviewed': 'skipped',
  'Profile Error': 'error',
}

/**
 * One control with its results as one rule.
 * @throws ScanFileError (`invalid_value`) for values that the format does not allow.
 */
export function toScannedRule(control: ExecJSON.Control): ScannedRule {
  const ruleId = requireRuleId(control.id)
  // JSON can write an infinite number: 1e999.
  if (!(control.impact >= 0 && control.impact <= 1)) {
    throw new ScanFileError(
      'invalid_value',
      `control ${ruleId}: its impact ${control.impact} is not from 0 to 1`,
    )
  }
  const { status, severity } = wrap(ruleId, control)
  if (status === 'From Profile') throw new ScanFileError('not_results', `control ${ruleId} was never run`)
  const outcome = STATUS_OF_CONTROL[status]
  return {
    ruleId,
    status: outcome,
    // A tag may have the word in upper or lower case.
    severity: severity.toLowerCase(),
    skipReason: outcome === 'skipped' ? status : null,
  }
}

/** Without the tags that say nothing about status and severity: `inspecjs` would parse those of NIST. */
function wrap(ruleId: string, control: ExecJSON.Control) {
  const { severity, severityoverride } = control.tags
  try {
    return hdfWrapControl({ ...control, tags: { severity, severityoverride } })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 160) : String(cause)
    throw new ScanFileError('invalid_value', `control ${ruleId}: ${reason}`, { cause })
  }
}
