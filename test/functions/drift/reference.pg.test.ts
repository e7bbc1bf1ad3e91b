import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../shared/db/transaction.ts'
import { DRIFT_BASES, type DriftBasis, type Verdict } from '../../../shared/domain/verdict.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { type History, histories, type RulesOfScans } from './histories.ts'
import { type ReferenceVerdict, referenceVerdict } from './reference-judgement.ts'
import { type Judged, type ReplayOptions, replay } from './replay.ts'

/** Times the number of runs: thousands of histories. */
const HOSTS_A_RUN = 100
const RUNS = 6
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

const many = (rulesOfScans: RulesOfScans) =>
  fc.array(histories(rulesOfScans), { minLength: HOSTS_A_RUN, maxLength: HOSTS_A_RUN })

/** Plays histories drawn at random, each with an order of delivery drawn at random. */
const played = (
  rulesOfScans: RulesOfScans,
  options: ReplayOptions,
  check: (all: readonly History[], judged: readonly Judged[], basis: DriftBasis) => Promise<void>,
) => {
  const ranks = fc.infiniteStream(fc.nat())
  return fc.assert(
    fc.asyncProperty(many(rulesOfScans), fc.constantFrom(...DRIFT_BASES), ranks, async (all, basis, rank) => {
      await db.sql`update policy set drift_basis = ${basis}`
      await db.sql`truncate audit_events, scan_verdicts`
      await check(all, await replay(db.sql, consumers, all, () => rank.next().value, options), basis)
    }),
    { numRuns: RUNS, endOnFailure: true },
  )
}

describe('the real judgement agrees with the reference, which does not know when a scan is judged', () => {
  it.each<[string, RulesOfScans, boolean]>([
    ['where rules return after scans that left them out', 'any_rules', true],
    ['where the scans of a host alternate between profiles', 'profiles', true],
    ['where rules come and go for good', 'for_good', true],
    ['where rules come and go for good and only state and log are written', 'for_good', false],
  ])('the real judgement agrees with the reference %s', async (_, rulesOfScans, withRuleSets) => {
    await played(rulesOfScans, { withRuleSets, keepVerdicts: false }, async (all, judged, basis) => {
      const reference = ({ history, scan }: { history: number; scan: number }) =>
        referenceVerdict(all[history]?.scans.slice(0, scan + 1) ?? [], THRESHOLDS, basis)
      const moments = all.flatMap(({ arrivals }) => arrivals.map((each) => new Set(each).size))
      expect(judged).toHaveLength(moments.reduce((sum, count) => sum + count, 0))
      expect(judged.map((it) => asReference(it, reference(it), withRuleSets))).toEqual(judged.map(reference))
      expect(eventsPerScan(all, judged)).toEqual(
        all.map(({ scans }, history) =>
          scans.map((_, scan) => Number(reference({ history, scan }).kind !== 'stable')),
        ),
      )
      const reported = judged.flatMap(({ reported }) => reported?.detail ?? [])
      const stored = await db.sql<{ detail: object }[]>`select detail from audit_events`
      expect(new Set(stored.map(({ detail }) => detail))).toEqual(new Set(reported))
    })
  })
})

describe('however often the messages about a scan come', () => {
  it('however often the messages about a scan come, it is judged once, and has an event only if that verdict is drift, also where its rules are inferred', async () => {
    await played('any_rules', { withRuleSets: false, keepVerdicts: true }, async (all, judged) => {
      expect(judged).toHaveLength(all.flatMap(({ scans }) => scans).length)
      expect(new Set(judged.map(({ history, scan }) => `${history}/${scan}`)).size).toBe(judged.length)
      for (const { verdict, reported } of judged) expect(reported !== null).toBe(verdict.kind !== 'stable')
      const drifted = judged.flatMap(({ verdict }) => (verdict.kind === 'stable' ? [] : [verdict.kind]))
      const kept = await db.sql<{ kind: string }[]>`
        select kind from scan_verdicts join audit_events on correlation_id = scan_id::text`
      expect(kept.map(({ kind }) => kind).sort()).toEqual(drifted.sort())
    })
  })
})

/** The real verdict in the reference's terms; shares of rules are compared as the scores that they give. */
function asReference(
  { verdict }: Judged,
  reference: ReferenceVerdict,
  withRuleSets: boolean,
): ReferenceVerdict {
  const isWithoutTrace = !withRuleSets && verdict.scoreDelta === 0 && verdict.priorScore === null
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
