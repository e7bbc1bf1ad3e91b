import type { Sql } from '../../../../shared/db/client.ts'
import {
  classify,
  complianceScore,
  DEFAULT_THRESHOLDS,
  type DriftKind,
} from '../../../../shared/domain/drift.ts'
import type { RuleStatus } from '../../../../shared/domain/rule-results.ts'
import type { CompletedScan } from '../../../../shared/domain/scan-reading.ts'

type LogRow = { readonly rule_id: string; readonly scan_id: string; readonly status: RuleStatus }

/**
 * Drift as one would work it out first: read all that the log has on the host, replay it up to the scan, and
 * count the rules that pass. Right where scans come in order and every scan evaluates every rule; a scan that
 * was overtaken, or a rule that was retired, it does not know of.
 */
export async function judgeNaively(sql: Sql, scan: CompletedScan): Promise<DriftKind> {
  const rows = await sql<LogRow[]>`
    select rule_id, scan_id, status from transactions where host_id = ${scan.hostId} order by occurred_at`
  const before = new Map<string, RuleStatus>()
  const after = new Map<string, RuleStatus>()
  for (const { rule_id, scan_id, status } of rows) {
    if (scan_id !== scan.scanId) before.set(rule_id, status)
    after.set(rule_id, status)
  }
  return classify(score(before), score(after), DEFAULT_THRESHOLDS)
}

function score(rules: ReadonlyMap<string, RuleStatus>): number | null {
  const statuses = [...rules.values()]
  const count = (wanted: RuleStatus) => statuses.filter((status) => status === wanted).length
  return complianceScore({ passed: count('pass'), failed: count('fail') })
}
