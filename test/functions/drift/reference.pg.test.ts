import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../shared/db/transaction.ts'
import { DRIFT_BASES, type Verdict } from '../../../shared/domain/verdict.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { type History, histories } from './histories.ts'
import { type ReferenceVerdict, referenceVerdict } from './reference-judgement.ts'
import { type Judged, replay } from './replay.ts'

/** Times the number of runs: thousands of histories. */
const HOSTS_A_RUN = 100
const RUNS = 15
const THRESHOLDS = { major: 10, minor: 5, improvement: 5 }

let db: TestDatabase
let consumers: OpenDatabase[]
beforeAll(async () => {
  db = await freshDatabase()
  consumers = Array.from({ length: 3 }, () => openDatabase(db.as('awareness_drift')))
})
afterAll(async () => {
  await Promise.all(consumers.map((consumer) => consumer.close()))
  await db[Symbol.asyncDispose]()
})

describe('the real judgement agrees with the reference', () => {
  it.each([
    ['where rules come and go for good', false],
    ['where rules return after scans that left them out', true],
  ])(
    'the real judgement agrees with the reference %s, whatever the order of delivery',
    async (_, mayReturn) => {
      const many = fc.array(histories(mayReturn), { minLength: HOSTS_A_RUN, maxLength: HOSTS_A_RUN })
      const ranks = fc.infiniteStream(fc.nat())
      await fc.assert(
        fc.asyncProperty(many, fc.constantFrom(...DRIFT_BASES), ranks, async (all, basis, rank) => {
          await db.sql`update policy set drift_basis = ${basis}`
          const judged = await replay(db.sql, consumers, all, () => rank.next().value)
          const reference = ({ history, scan, landed }: Judged) =>
            referenceVerdict(all[history]?.scans ?? [], scan, landed, THRESHOLDS, basis)
          expect(judged).toHaveLength(all.flatMap(({ arrivals }) => arrivals.flat()).length)
          expect(judged.map((it) => asReference(it, reference(it)))).toEqual(judged.map(reference))
          // The event is that of the first judgement to find drift, so where they differ it is one of theirs.
          expect(eventsPerScan(all, judged)).toEqual(
            all.map(({ scans }, history) =>
              scans.map((_, scan) => {
                const kinds = judged.filter((it) => it.history === history && it.scan === scan).map(reference)
                return kinds.some(({ kind }) => kind !== 'stable') ? 1 : 0
              }),
            ),
          )
          const reported = judged.flatMap(({ reported }) => reported?.detail ?? [])
          const stored = await db.sql<{ detail: object }[]>`delete from audit_events returning detail`
          expect(new Set(stored.map(({ detail }) => detail))).toEqual(new Set(reported))
        }),
        { numRuns: RUNS, endOnFailure: true },
      )
    },
  )
})

/** The real verdict in the reference's terms; shares of rules are compared as the scores that they give. */
function asReference({ verdict }: Judged, reference: ReferenceVerdict): ReferenceVerdict {
  const isWithoutTrace = verdict.scoreDelta === 0 && verdict.priorScore === null
  const agrees = isWithoutTrace || agreesOnScores(verdict, reference)
  return {
    kind: verdict.kind,
    prior: agrees ? reference.prior : [Number.NaN, verdict.priorScore ?? Number.NaN],
    current: agrees ? reference.current : [Number.NaN, verdict.currentScore ?? Number.NaN],
    common: agrees ? reference.common : [Number.NaN, verdict.likeForLikeDelta ?? Number.NaN],
    newRules: verdict.newRules,
    severityTransitions: verdict.severityTransitions,
  }
}

function agreesOnScores(verdict: Verdict, { prior, current, common }: ReferenceVerdict): boolean {
  const [before, after, like] = [prior, current, common].map(([passed, scored]) =>
    scored === 0 ? null : (passed / scored) * 100,
  )
  const isSame = (a: number | null, b: number | null | undefined) =>
    a === null || b === null || b === undefined ? a === b : Math.abs(a - b) < 1e-8
  const minus = (a: number | null | undefined, b: number | null | undefined) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : null
  return (
    isSame(verdict.priorScore, before) &&
    isSame(verdict.currentScore, after) &&
    isSame(verdict.scoreDelta, minus(after, before)) &&
    isSame(verdict.likeForLikeDelta, minus(like, before))
  )
}

const eventsPerScan = (all: readonly History[], judged: readonly Judged[]): number[][] =>
  all.map(({ scans }, history) =>
    scans.map(
      (_, scan) =>
        judged.filter((it) => it.history === history && it.scan === scan && it.reported !== null).length,
    ),
  )
