import type { RuleSet } from '../domain/rule-set.ts'
import type { Tx } from './client.ts'

/** Stores a rule set unless it is stored already. Several writers may do that at the same time. */
export async function insertRuleSet(tx: Tx, { id, ruleIds }: RuleSet): Promise<void> {
  await tx`
    insert into rule_sets (id, rule_ids)
    values (${id}, array(select jsonb_array_elements_text(${tx.json([...ruleIds])})))
    on conflict (id) do nothing`
}

export type ScanRow = {
  readonly hostId: string
  readonly scanId: string
  readonly completedAt: Date
  readonly ruleSet: RuleSet
  /** How many rules passed and failed in the scan. */
  readonly passed: number
  readonly failed: number
}

/** Stores that a scan was recorded, and which rules it evaluated. Returns false where the scan's id is taken. */
export async function insertScan(tx: Tx, scan: ScanRow): Promise<boolean> {
  const rows = await tx`
    insert into scans (scan_id, host_id, completed_at, rule_set_id, rules, passed, failed)
    values (${scan.scanId}, ${scan.hostId}, ${scan.completedAt}, ${scan.ruleSet.id}, ${scan.ruleSet.ruleIds.length},
      ${scan.passed}, ${scan.failed})
    on conflict (scan_id) do nothing
    returning scan_id`
  return rows.length > 0
}
