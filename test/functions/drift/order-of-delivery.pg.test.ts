import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeScans } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import { type OpenDatabase, openDatabase } from '../../../shared/db/transaction.ts'
import { announced } from '../../support/functions/drift.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { type RecordedScan, type Shorthand, scanned } from '../../support/recorded-scans.ts'

let db: TestDatabase
let database: OpenDatabase
beforeAll(async () => {
  db = await freshDatabase()
  database = openDatabase(db.as('awareness_drift'))
})
afterAll(async () => {
  await database.close()
  await db[Symbol.asyncDispose]()
})

/** Scan n of a host is recorded, or judged. */
type Step = { readonly record: number } | { readonly judge: number }

/** Every order in which `count` scans are recorded one after the other, and each is judged some time after that. */
function everyOrder(count: number): Step[][] {
  const orders: Step[][] = []
  const extend = (steps: readonly Step[], recorded: number, unjudged: readonly number[]): void => {
    if (recorded === count && unjudged.length === 0) orders.push([...steps])
    if (recorded < count) extend([...steps, { record: recorded }], recorded + 1, [...unjudged, recorded])
    for (const n of unjudged) {
      extend(
        [...steps, { judge: n }],
        recorded,
        unjudged.filter((other) => other !== n),
      )
    }
  }
  extend([], 0, [])
  return orders
}

const written = (steps: readonly Step[]): string =>
  steps.map((step) => ('record' in step ? `+${step.record}` : `judge ${step.judge}`)).join(', ')

type Told = Readonly<Record<string, unknown>>

/** What is said of each scan of a new host, by the verdicts and by the events. */
async function play(scans: readonly Shorthand[], steps: readonly Step[]): Promise<(Told | undefined)[]> {
  const hostId = await addHost(db.sql)
  const recorded: RecordedScan[] = []
  const told: (Told | undefined)[] = []
  for (const step of steps) {
    if ('record' in step) recorded.push(await scanned(db.sql, hostId, step.record, scans[step.record] ?? {}))
    const scan = 'judge' in step ? recorded[step.judge] : undefined
    if (!('judge' in step) || scan === undefined) continue
    const [outcome] = await judgeScans(driftPorts(database), [announced(scan)])
    if (outcome?.outcome !== 'judged') throw new Error(`scan ${step.judge}: ${outcome?.outcome}`)
    const { kind, notComparable, priorScore, currentScore, scoreDelta, likeForLikeDelta, newRules } =
      outcome.verdict
    const { drift_type: event = null } = outcome.reported?.detail ?? {}
    const scores = { priorScore, currentScore, scoreDelta, likeForLikeDelta }
    told[step.judge] = { kind, notComparable, ...scores, newRules, event }
  }
  return told
}

const rules = (name: string, statuses: readonly string[]): Shorthand =>
  Object.fromEntries(statuses.map((status, i) => [`${name}${i}`, status]))
const all = (count: number, status: string): string[] => Array.from({ length: count }, () => status)

const A = rules('a', all(10, 'pass'))
const B = rules('b', all(10, 'fail'))
const OTHERS = rules('other', all(90, 'pass'))
const FEW = rules('few', all(10, 'pass'))
const FEW_WORSE = rules('few', ['fail', ...all(9, 'pass')])

describe('a host that is scanned with two profiles in turn', () => {
  it('a host that is scanned with two profiles in turn has no baseline for the first scan of the second profile, in every order of recording and judging', async () => {
    for (const steps of everyOrder(3)) {
      expect({ order: written(steps), told: await play([A, B, A], steps) }).toMatchObject({
        told: [
          { kind: 'stable', notComparable: 'no_prior_baseline', event: null },
          {
            kind: 'stable',
            notComparable: 'no_prior_baseline',
            priorScore: null,
            currentScore: 0,
            event: null,
          },
          { kind: 'stable', notComparable: null, priorScore: 100, currentScore: 100, event: null },
        ],
      })
    }
  })

  it('a host that is scanned with two profiles in turn drops by 10 pp in a profile of 10 rules beside one of 90, in every order of recording and judging', async () => {
    for (const steps of everyOrder(4)) {
      expect({
        order: written(steps),
        told: await play([OTHERS, FEW, FEW_WORSE, OTHERS], steps),
      }).toMatchObject({
        told: [
          { kind: 'stable', notComparable: 'no_prior_baseline', event: null },
          { kind: 'stable', notComparable: 'no_prior_baseline', event: null },
          { kind: 'major_worsening', priorScore: 100, currentScore: 90, scoreDelta: -10, event: 'major' },
          { kind: 'stable', notComparable: null, priorScore: 100, currentScore: 100, event: null },
        ],
      })
    }
  })
})
