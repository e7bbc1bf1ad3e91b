import { judgeScans } from '../../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../../functions/runtime/drift-ports.ts'
import { connect } from '../../../../shared/db/client.ts'
import { openDatabase } from '../../../../shared/db/transaction.ts'
import type { CompletedScan } from '../../../../shared/domain/scan-reading.ts'
import type { BenchDatabase } from '../../../support/postgres/prepared-database.ts'
import { prepare, record, resultsOf } from '../drift-history.ts'
import { columns, inTurn, median, rounded } from '../figures.ts'
import { judgeNaively } from './naive-drift.ts'

const RULES = 500
const CHANGES = 10
/** SQS delivers no more at once, unless it waits for them. */
const BATCH = 10

export type DriftOptions = {
  readonly rounds: number
  readonly histories: readonly { readonly hosts: number; readonly scansEach: number }[]
}

export type DriftSpeed = {
  readonly scansBehind: number
  readonly logRows: number
  readonly naiveScansPerSecond: number
  readonly systemScansPerSecond: number
  /** Median of the rounds' ratios. */
  readonly timesNaive: number
}

/** The newest scan of each host judged from the whole log, and as this system does it, for longer and longer logs. */
export async function measureDrift(db: BenchDatabase, options: DriftOptions): Promise<DriftSpeed[]> {
  const speeds: DriftSpeed[] = []
  for (const { hosts, scansEach } of options.histories) {
    const scans = await prepare(db.sql, hosts, (hostId) => recordHistory(db, hostId, scansEach))
    await db.sql`analyze transactions, host_rule_state`
    speeds.push(await measureHistory(db, scans, scansEach, options.rounds))
  }
  return speeds
}

async function recordHistory(db: BenchDatabase, hostId: string, scans: number): Promise<CompletedScan> {
  let newest = await record(db.sql, hostId, 1, resultsOf(RULES))
  for (let n = 2; n <= scans; n++)
    newest = await record(db.sql, hostId, n, resultsOf(RULES, n % 2 ? 0 : CHANGES))
  return newest
}

async function measureHistory(
  db: BenchDatabase,
  scans: readonly CompletedScan[],
  scansEach: number,
  rounds: number,
): Promise<DriftSpeed> {
  const connection = db.as('awareness_drift')
  await using open = new AsyncDisposableStack()
  const database = open.adopt(openDatabase(connection), ({ close }) => close())
  const sql = open.adopt(connect(connection), (client) => client.end({ timeout: 5 }))
  const naively = async () => {
    const kinds: string[] = []
    for (const scan of scans) kinds.push(await judgeNaively(sql, scan))
    return kinds
  }
  const asWeDo = async () => {
    const kinds: string[] = []
    for (let i = 0; i < scans.length; i += BATCH) {
      const outcomes = await judgeScans(driftPorts(database), scans.slice(i, i + BATCH))
      kinds.push(...outcomes.map((it) => (it.outcome === 'judged' ? it.verdict.kind : it.outcome)))
    }
    return kinds
  }
  // A scan with a verdict would not be judged again.
  const forgetVerdicts = () => db.sql`truncate scan_verdicts`
  if ((await naively()).join() !== (await asWeDo()).join()) throw new Error('the two judgements differ')
  const { firstSeconds, secondSeconds } = await inTurn(rounds, naively, asWeDo, forgetVerdicts)
  return {
    scansBehind: scansEach,
    logRows: RULES + (scansEach - 1) * CHANGES,
    naiveScansPerSecond: scans.length / median(firstSeconds),
    systemScansPerSecond: scans.length / median(secondSeconds),
    timesNaive: median(firstSeconds.map((seconds, i) => seconds / (secondSeconds[i] ?? Number.NaN))),
  }
}

export const driftTable = (speeds: readonly DriftSpeed[]): string =>
  columns([
    ['scans of the host', 'log rows', 'whole log, scans/s', 'this system, scans/s', 'times'],
    ...speeds.map((it) => [
      rounded(it.scansBehind),
      rounded(it.logRows),
      rounded(it.naiveScansPerSecond),
      rounded(it.systemScansPerSecond),
      it.timesNaive.toFixed(1),
    ]),
  ])
