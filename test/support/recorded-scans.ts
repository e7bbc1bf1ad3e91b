import { randomUUID } from 'node:crypto'
import type { Sql } from '../../shared/db/client.ts'
import type { RuleStatus } from '../../shared/domain/rule-results.ts'
import { type RecordOutcome, recordScan } from '../../shared/producer/record-scan.ts'
import type { RuleResult } from '../../shared/producer/scan-results.ts'

/** `{ a: 'pass', b: 'fail high' }`: a status and, unless it is medium, a severity for each rule. */
export type Shorthand = Readonly<Record<string, string>>

export const results = (shorthand: Shorthand): RuleResult[] =>
  Object.entries(shorthand).map(([ruleId, text]) => {
    const [status, severity = 'medium'] = text.split(' ')
    return { ruleId, status: status as RuleStatus, severity }
  })

/** Rules `r1`, `r2`, …: so many of each status, one after the other. */
export const ruleSet = (counts: Partial<Record<RuleStatus, number>>): Shorthand =>
  Object.fromEntries(
    Object.entries(counts)
      .flatMap(([status, count]) => Array.from({ length: count }, () => status))
      .map((status, i) => [`r${i + 1}`, status]),
  )

/** When the n-th scan of a host is complete. */
export const scanTime = (n: number): Date => new Date(Date.UTC(2026, 0, 1, n))

export type RecordedScan = { readonly hostId: string; readonly scanId: string; readonly completedAt: Date }

/** Records the n-th scan of a host as a writer does that fills only `host_rule_state` and `transactions`. */
export async function scannedByOthers(
  sql: Sql,
  hostId: string,
  n: number,
  shorthand: Shorthand,
): Promise<RecordedScan> {
  const scan = await scanned(sql, hostId, n, shorthand)
  await forgetRuleSet(sql, scan.scanId)
  return scan
}

/** Leaves of a recorded scan what a writer leaves that fills only `host_rule_state` and `transactions`. */
export const forgetRuleSet = (sql: Sql, scanId: string): Promise<unknown> =>
  sql`delete from scans where scan_id = ${scanId}`

/** Records the n-th scan of a host through the real writer; fails unless it was recorded. */
export async function scanned(
  sql: Sql,
  hostId: string,
  n: number,
  shorthand: Shorthand,
): Promise<RecordedScan> {
  const scan = { hostId, scanId: randomUUID(), completedAt: scanTime(n) }
  const outcome: RecordOutcome = await recordScan(sql, { ...scan, results: results(shorthand) })
  if (outcome.outcome !== 'recorded') throw new Error(`scan ${n} was not recorded: ${outcome.outcome}`)
  return scan
}
