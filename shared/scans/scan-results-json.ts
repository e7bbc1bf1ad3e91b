import { ScanResults } from '../contracts/scan-results.ts'
import { MAX_RULES } from './limits.ts'
import { requireRuleId } from './rule-id.ts'
import type { FoundScan } from './scan-file.ts'
import { ScanFileError } from './scan-file-error.ts'

/** Whether a JSON value claims to be our own format. */
export const isScanResults = (value: object): boolean => 'results' in value

/**
 * Reads our own format: docs/scan-results.schema.json.
 * @throws ScanFileError for every value that the schema refuses, and for a rule that is there twice.
 */
export function readScanResults(value: object, completedAt?: Date): FoundScan {
  if ('results' in value && Array.isArray(value.results) && value.results.length > MAX_RULES) {
    throw new ScanFileError('too_many_rules', `has more than ${MAX_RULES} rules`)
  }
  const given = completedAt === undefined ? value : { ...value, completed_at: completedAt.toISOString() }
  const { success, data, error } = ScanResults.safeParse(given)
  if (!success) throw describeIssue(given, error.issues[0])
  const ruleIds = new Set<string>()
  for (const { rule_id } of data.results) {
    if (ruleIds.has(requireRuleId(rule_id))) {
      throw new ScanFileError('duplicate_rule', `has two results for rule ${rule_id}`)
    }
    ruleIds.add(rule_id)
  }
  return {
    results: data.results.map((result) => ({
      ruleId: result.rule_id,
      status: result.status,
      severity: result.severity,
      skipReason: result.skip_reason ?? null,
      evidence: result.evidence ?? null,
      frameworkRefs: result.framework_refs ?? null,
    })),
    completedAt: new Date(data.completed_at),
    targets: data.host === undefined ? [] : [data.host],
    host: data.host ?? null,
    scanId: data.scan_id?.toLowerCase() ?? null,
  }
}

/** The first of the issues: a file of one scanner has the same one in every rule. */
function describeIssue(
  value: object,
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): ScanFileError {
  const place = issue?.path.map(String).join('.') ?? ''
  if (place === 'completed_at' && !('completed_at' in value)) {
    return new ScanFileError('no_end_time', 'has no completed_at: when was the scan complete?')
  }
  if (place === 'results' && 'results' in value && Array.isArray(value.results)) {
    return new ScanFileError('nothing_selected', 'has no result')
  }
  const message = issue?.message.slice(0, 200) ?? 'has another shape'
  return new ScanFileError('invalid_value', `${place}: ${message} (docs/scan-results.schema.json)`)
}
