import { randomUUID } from 'node:crypto'
import { judgeScans } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import type { Sql } from '../../../shared/db/client.ts'
import type { Transactions } from '../../../shared/db/transaction.ts'
import type { ComplianceDriftDetected } from '../../../shared/domain/drift-event.ts'
import type { Verdict } from '../../../shared/domain/verdict.ts'
import { recordScan } from '../../../shared/producer/record-scan.ts'
import { addHost } from '../../support/hosts.ts'
import { scanTime } from '../../support/recorded-scans.ts'
import type { History } from './histories.ts'
import type { ScannedRules } from './reference-judgement.ts'

/** A judgement that was made, and of which scan. */
export type Judged = {
  readonly history: number
  readonly scan: number
  readonly verdict: Verdict
  readonly reported: ComplianceDriftDetected | null
}

type Message = { history: number; scan: number; hostId: string; scanId: string; completedAtMs: number }

const BATCH_SIZE = 10

export type ReplayOptions = {
  /** Whether the writer records which rules each scan evaluated. */
  readonly withRuleSets: boolean
  /** Whether verdicts are kept; if not, every message leads to a judgement. */
  readonly keepVerdicts: boolean
}

/**
 * Records the scans of all hosts, moment after moment, and after each has the messages that arrive then judged,
 * in an order of `rank`, by several consumers at once.
 */
export async function replay(
  sql: Sql,
  consumers: readonly Transactions[],
  all: readonly History[],
  rank: (message: number) => number,
  { withRuleSets, keepVerdicts }: ReplayOptions,
): Promise<Judged[]> {
  const hosts = await Promise.all(all.map(() => addHost(sql)))
  const scanIds = all.map(({ scans }) => scans.map(() => randomUUID()))
  const judged: Judged[] = []
  const moments = Math.max(...all.map(({ scans }) => scans.length))
  for (let landed = 1; landed <= moments; landed++) {
    await Promise.all(
      all.map(async ({ scans }, history) => {
        const rules = scans[landed - 1]
        if (rules === undefined) return
        const scanId = scanIds[history]?.[landed - 1] ?? ''
        await recordRules(sql, hosts[history] ?? '', scanId, landed, rules)
      }),
    )
    if (!withRuleSets) await sql`delete from scans`
    if (!keepVerdicts) await sql`delete from scan_verdicts`
    const messages = all.flatMap(({ arrivals }, history) =>
      arrivals.flatMap((moments, scan) =>
        moments.flatMap((moment): Message[] => {
          const scanId = scanIds[history]?.[scan] ?? ''
          const hostId = hosts[history] ?? ''
          const completedAtMs = scanTime(scan + 1).getTime()
          return moment === landed ? [{ history, scan, hostId, scanId, completedAtMs }] : []
        }),
      ),
    )
    const ranked = messages.map((message, i) => [rank(i), message] as const)
    const queue = ranked.sort(([a], [b]) => a - b).map(([, message]) => message)
    await Promise.all(
      consumers.map(async (consumer) => {
        for (let batch = queue.splice(0, BATCH_SIZE); batch.length > 0; batch = queue.splice(0, BATCH_SIZE)) {
          const outcomes = await judgeScans(driftPorts(consumer), batch)
          outcomes.forEach((outcome, i) => {
            const message = batch[i]
            if (outcome.outcome === 'judged_before') return
            if (outcome.outcome !== 'judged' || message === undefined) throw new Error(outcome.outcome)
            const { verdict, reported } = outcome
            judged.push({ history: message.history, scan: message.scan, verdict, reported })
          })
        }
      }),
    )
  }
  return judged
}

async function recordRules(
  sql: Sql,
  hostId: string,
  scanId: string,
  n: number,
  rules: ScannedRules,
): Promise<void> {
  const results = [...rules].map(([ruleId, found]) => ({ ruleId, ...found }))
  const { outcome } = await recordScan(sql, { hostId, scanId, completedAt: scanTime(n), results })
  if (outcome !== 'recorded') throw new Error(`scan ${n} was not recorded: ${outcome}`)
}
