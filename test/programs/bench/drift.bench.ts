import { judgeScans } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import type { Sql } from '../../../shared/db/client.ts'
import { openDatabase, type Transactions } from '../../../shared/db/transaction.ts'
import type { CompletedScan } from '../../../shared/domain/scan-reading.ts'
import type { BenchDatabase } from '../../support/postgres/prepared-database.ts'
import { prepare, record, resultsOf } from './drift-history.ts'
import { type Figure, median, secondsOf } from './figures.ts'

const SCANS = 1_000
const RULES = 500
/** So many rules change in each scan, and turn its score by 2 pp: stable, as nearly all scans are. */
const CHANGES = 10
const ROUNDS = 5
/** 200,000 log rows: each of these scans flips all rules. */
const LONG_HISTORY_SCANS = 399
const RULES_TO_RECORD = 1_000

/** Judging scans on one connection, in batches as SQS delivers them, and recording them. */
export async function run(db: BenchDatabase): Promise<Figure[]> {
  const scans = await prepare(db.sql, SCANS, async (hostId) => {
    await record(db.sql, hostId, 1, resultsOf(RULES))
    return record(db.sql, hostId, 2, resultsOf(RULES, CHANGES))
  })
  const [longest] = await prepare(db.sql, 1, async (hostId) => {
    for (let n = 1; n <= LONG_HISTORY_SCANS; n++) {
      await record(db.sql, hostId, n, resultsOf(RULES, n % 2 ? 0 : RULES))
    }
    return record(db.sql, hostId, LONG_HISTORY_SCANS + 1, resultsOf(RULES, CHANGES))
  })
  if (longest === undefined) throw new Error('no host with a long history')

  const database = openDatabase(db.as('awareness_drift'))
  try {
    return [
      await judging(db.sql, database, scans, 10),
      await judging(db.sql, database, scans, 100),
      await judgingOne(db.sql, database, scans, longest),
      await recording(db),
    ]
  } finally {
    await database.close()
  }
}

async function judgeInBatches(database: Transactions, scans: readonly CompletedScan[], size: number) {
  for (let i = 0; i < scans.length; i += size) {
    await judgeScans(driftPorts(database), scans.slice(i, i + size))
  }
}

/** A scan with a verdict would not be judged again. */
const forgetVerdicts = (sql: Sql): Promise<unknown> => sql`truncate scan_verdicts`

async function judging(
  sql: Sql,
  database: Transactions,
  scans: readonly CompletedScan[],
  size: number,
): Promise<Figure> {
  await judgeInBatches(database, scans, size)
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await forgetVerdicts(sql)
    rounds.push(scans.length / (await secondsOf(() => judgeInBatches(database, scans, size))))
  }
  const name = `judge scans of ${RULES} rules, ${CHANGES} changed, in batches of ${size}`
  return { name, value: median(rounds), unit: 'scans/s', budget: { atLeast: 1_000 } }
}

/** Alone, a scan with 200,000 log rows behind it beside one with 500. */
async function judgingOne(
  sql: Sql,
  database: Transactions,
  scans: readonly CompletedScan[],
  longest: CompletedScan,
): Promise<Figure> {
  const judgeOne = (scan: CompletedScan) => secondsOf(() => judgeScans(driftPorts(database), [scan]))
  const short: number[] = []
  const long: number[] = []
  for (const scan of scans.slice(0, 200)) {
    await forgetVerdicts(sql)
    short.push(await judgeOne(scan))
    long.push(await judgeOne(longest))
  }
  const seconds = median(long)
  return {
    name: 'judge one scan with 200,000 log rows behind it',
    value: seconds * 1000,
    unit: 'ms',
    ratio: { of: 'with 500 log rows', value: seconds / median(short) },
    budget: { atMost: 1.5 },
  }
}

async function recording(db: BenchDatabase): Promise<Figure> {
  const [seconds = []] = await prepare(db.sql, 1, async (hostId) => {
    await record(db.sql, hostId, 0, resultsOf(RULES_TO_RECORD))
    const rounds: number[] = []
    for (let n = 1; n <= 50; n++) {
      const results = resultsOf(RULES_TO_RECORD, n % 2 ? CHANGES : 0)
      rounds.push(await secondsOf(() => record(db.sql, hostId, n, results)))
    }
    return rounds
  })
  return { name: `record a scan of ${RULES_TO_RECORD} rules`, value: median(seconds) * 1000, unit: 'ms' }
}
