import { randomUUID } from 'node:crypto'
import type { Sql } from '../../../shared/db/client.ts'
import type { CompletedScan } from '../../../shared/domain/scan-reading.ts'
import { recordScan } from '../../../shared/producer/record-scan.ts'
import type { RuleResult } from '../../../shared/producer/scan-results.ts'

/** Writers at work at the same time while a history is prepared. */
const WRITERS = 4

/** Results of `rules` rules, one in five failing, and the first `flipped` of them the other way round. */
export const resultsOf = (rules: number, flipped = 0): RuleResult[] =>
  Array.from({ length: rules }, (_, i) => {
    const passes = (i % 5 !== 0) !== i < flipped
    return { ruleId: `rule_${i}`, status: passes ? 'pass' : 'fail', severity: 'medium' }
  })

/** Records a scan through the real writer, n minutes into the history of its host. */
export async function record(
  sql: Sql,
  hostId: string,
  n: number,
  results: RuleResult[],
): Promise<CompletedScan> {
  const scan = { hostId, scanId: randomUUID(), completedAt: new Date(Date.UTC(2026, 0, 1, 0, n)) }
  const { outcome } = await recordScan(sql, { ...scan, results })
  if (outcome !== 'recorded') throw new Error(`scan ${n} was not recorded: ${outcome}`)
  return { hostId, scanId: scan.scanId, completedAtMs: scan.completedAt.getTime() }
}

/** Adds hosts, has `fill` record what each went through, several at a time, and returns what that gave. */
export async function prepare<T>(
  sql: Sql,
  hosts: number,
  fill: (hostId: string) => Promise<T>,
): Promise<T[]> {
  const ids = await sql<{ id: string }[]>`
    insert into hosts (hostname, ip_address)
    select 'drift-' || n, '127.0.0.1' from generate_series(1, ${hosts}) as n
    returning id`
  const waiting = ids.values()
  const filled: T[] = []
  const write = async () => {
    for (const { id } of waiting) filled.push(await fill(id))
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  return filled
}
