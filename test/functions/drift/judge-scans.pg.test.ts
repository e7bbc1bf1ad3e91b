import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeScans, type ScanOutcome } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import { type OpenDatabase, openDatabase } from '../../../shared/db/transaction.ts'
import type { Verdict } from '../../../shared/domain/verdict.ts'
import { announced } from '../../support/functions/drift.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { type RecordedScan, ruleSet, scanned, scanTime } from '../../support/recorded-scans.ts'

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

const judgeAll = (...scans: RecordedScan[]): Promise<ScanOutcome[]> =>
  judgeScans(driftPorts(database), scans.map(announced))

async function verdictOn(scan: RecordedScan): Promise<Verdict> {
  const [outcome] = await judgeAll(scan)
  if (outcome?.outcome !== 'judged') throw new Error(`not judged: ${outcome?.outcome}`)
  return outcome.verdict
}

const auditOf = (hostId: string) =>
  db.sql`select id, correlation_id, action, detail, occurred_at, severity from audit_events
    where resource_type = 'host' and resource_id = ${hostId} order by id`

/** 20 rules that all pass. */
const ALL_PASS = ruleSet({ pass: 20 })

describe('judging a scan', () => {
  it('judging a scan finds the exact 10 pp drop that floating point misses', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ruleSet({ pass: 13, fail: 7 }))
    const scan = await scanned(db.sql, hostId, 2, ruleSet({ pass: 11, fail: 9 }))
    const [outcome] = await judgeAll(scan)
    expect(outcome).toMatchObject({
      outcome: 'judged',
      verdict: { kind: 'major_worsening', priorScore: 65, currentScore: 55, scoreDelta: -10 },
      reported: { severity: 'warning', detail: { drift_type: 'major' } },
    })
    expect(await auditOf(hostId)).toMatchObject([
      {
        correlation_id: scan.scanId,
        action: 'compliance.drift.detected',
        occurred_at: scan.completedAt,
        severity: 'warning',
        detail: { host_id: hostId, scan_id: scan.scanId, score_delta: -10 },
      },
    ])
  })

  it('judging a scan takes a rule from skipped to fail as unscored before, and one from pass to error as unscored after', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'skipped', b: 'pass', c: 'pass', d: 'fail' })
    const scan = await scanned(db.sql, hostId, 2, { a: 'fail', b: 'error', c: 'pass', d: 'fail' })
    expect(await verdictOn(scan)).toMatchObject({ priorScore: 66.666666667, currentScore: 33.333333333 })
  })

  it('judging a scan does not call a host worse whose checks all errored', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ALL_PASS)
    const scan = await scanned(db.sql, hostId, 2, ruleSet({ error: 20 }))
    expect(await verdictOn(scan)).toMatchObject({
      kind: 'stable',
      notComparable: 'nothing_scored_after',
      currentScore: null,
    })
    const again = await scanned(db.sql, hostId, 3, ruleSet({ error: 20 }))
    expect(await verdictOn(again)).toMatchObject({ kind: 'stable', notComparable: 'nothing_scored_after' })
    const recovered = await scanned(db.sql, hostId, 4, ALL_PASS)
    expect(await verdictOn(recovered)).toMatchObject({
      kind: 'stable',
      notComparable: 'nothing_scored_before',
    })
    expect(await auditOf(hostId)).toEqual([])
  })

  it.each([1, 20_000])('judging a scan takes a first scan of %i rules as the baseline', async (rules) => {
    const hostId = await addHost(db.sql)
    const first = await scanned(db.sql, hostId, 1, ruleSet({ fail: rules }))
    expect(await verdictOn(first)).toMatchObject({
      kind: 'stable',
      notComparable: 'no_prior_baseline',
      currentScore: 0,
      newRules: rules,
    })
    const second = await scanned(db.sql, hostId, 2, ruleSet({ pass: rules }))
    expect(await verdictOn(second)).toMatchObject({
      kind: 'improvement',
      scoreDelta: 100,
      severityTransitions: { medium_became_passing: rules },
    })
  })

  it('judging a scan writes no audit row for a stable scan', async () => {
    const hostId = await addHost(db.sql)
    const scans = [
      await scanned(db.sql, hostId, 1, ALL_PASS),
      await scanned(db.sql, hostId, 2, ALL_PASS),
      await scanned(db.sql, hostId, 3, { ...ALL_PASS, r1: 'pass critical' }),
    ]
    for (const outcome of await judgeAll(...scans)) {
      expect(outcome).toMatchObject({ outcome: 'judged', verdict: { kind: 'stable' }, reported: null })
    }
    expect(await auditOf(hostId)).toEqual([])
  })

  it('judging a scan gives a rule that the scan no longer ships no vote, before or after', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { ...ruleSet({ pass: 10 }), retired: 'fail', gone: 'fail' })
    const scan = await scanned(db.sql, hostId, 2, ruleSet({ pass: 9, fail: 1 }))
    expect(await verdictOn(scan)).toMatchObject({
      kind: 'major_worsening',
      priorScore: 100,
      currentScore: 90,
    })
  })

  it('judging a scan counts re-graded rules as what they are, and not as drift', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'fail low', b: 'pass low' })
    const scan = await scanned(db.sql, hostId, 2, { a: 'fail critical', b: 'fail high' })
    expect(await verdictOn(scan)).toMatchObject({
      priorScore: 50,
      currentScore: 0,
      severityTransitions: { critical_became_failing: 0, high_became_failing: 1, low_became_failing: 0 },
    })
  })

  it('judging a scan tells a new rule set from a worse host, and goes by the basis that the policy names', async () => {
    await using own = await freshDatabase()
    const hostId = await addHost(own.sql)
    await scanned(own.sql, hostId, 1, ruleSet({ pass: 10 }))
    const scan = await scanned(own.sql, hostId, 2, ruleSet({ pass: 10, fail: 10 }))
    const world = openDatabase(own.as('awareness_drift'))
    const judged = async () => (await judgeScans(driftPorts(world), [announced(scan)]))[0]
    const numbers = { scoreDelta: -50, likeForLikeDelta: 0, newRules: 10 }
    await own.sql`update policy set drift_basis = 'common_rules'`
    expect(await judged()).toMatchObject({ verdict: { ...numbers, kind: 'stable', basis: 'common_rules' } })
    await own.sql`update policy set drift_basis = 'all_rules'`
    expect(await judged()).toMatchObject({
      verdict: { ...numbers, kind: 'major_worsening' },
      reported: { detail: { score_delta: -50, like_for_like_delta: 0, new_rules: 10, basis: 'all_rules' } },
    })
    await own.sql`update policy set drift_major_worsening_pp = 60, drift_minor_worsening_pp = 50.5`
    expect(await judged()).toMatchObject({ verdict: { kind: 'stable' } })
    await world.close()
  })

  it('judging a scan gives the same verdict when the next scans have landed first', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ALL_PASS)
    const worse = await scanned(db.sql, hostId, 2, ruleSet({ pass: 12, fail: 8 }))
    const early = await verdictOn(worse)
    expect(early).toMatchObject({ kind: 'major_worsening', priorScore: 100, currentScore: 60 })
    const better = await scanned(db.sql, hostId, 3, { ...ALL_PASS, added: 'fail', r2: 'skipped' })
    await scanned(db.sql, hostId, 4, { r1: 'fail', r2: 'fail', other: 'pass' })
    expect(await verdictOn(worse)).toEqual(early)
    expect(await verdictOn(better)).toMatchObject({ kind: 'improvement', newRules: 1 })
    expect(await auditOf(hostId)).toHaveLength(2)
  })

  it('judging a scan counts nothing twice where a later scan changed the same rules again', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass', c: 'fail', d: 'skipped' })
    const scan = await scanned(db.sql, hostId, 2, { a: 'fail', b: 'pass', c: 'pass', d: 'error' })
    await scanned(db.sql, hostId, 3, { a: 'pass', b: 'fail', c: 'fail', d: 'pass' })
    await scanned(db.sql, hostId, 4, { a: 'error', b: 'pass', c: 'pass', d: 'fail' })
    expect(await verdictOn(scan)).toMatchObject({
      priorScore: 66.666666667,
      currentScore: 66.666666667,
      scoreDelta: 0,
    })
  })

  it('judging a scan takes a scan as stable that later ones overtook without leaving a trace of it', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ALL_PASS)
    const unchanged = await scanned(db.sql, hostId, 2, ALL_PASS)
    await scanned(db.sql, hostId, 3, ruleSet({ fail: 20 }))
    expect(await verdictOn(unchanged)).toMatchObject({ kind: 'stable', scoreDelta: 0 })
  })

  it('judging a scan lets a known rule vote the same on both sides that the scan left out and a later one took up', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass', left_out: 'fail' })
    const scan = await scanned(db.sql, hostId, 2, { a: 'pass', b: 'fail' })
    expect(await verdictOn(scan)).toMatchObject({ priorScore: 100, currentScore: 50 })
    await scanned(db.sql, hostId, 3, { a: 'pass', b: 'fail', left_out: 'pass' })
    expect(await verdictOn(scan)).toMatchObject({ priorScore: 66.666666667, currentScore: 33.333333333 })
  })

  it('judging a scan flips a change whose predecessor the log has lost, and knows what was not scored', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass', c: 'fail', d: 'pass', e: 'fail low' })
    const scan = await scanned(db.sql, hostId, 2, {
      a: 'fail',
      b: 'pass',
      c: 'pass',
      d: 'error',
      e: 'fail high',
    })
    await scanned(db.sql, hostId, 3, { a: 'fail', b: 'fail', c: 'pass', d: 'error', e: 'fail high' })
    await db.sql`delete from transactions where host_id = ${hostId} and change_kind = 'first_seen'`
    // Before: a pass, b pass, c fail, d taken for unscored, e fail.
    expect(await verdictOn(scan)).toMatchObject({ priorScore: 50, currentScore: 50, newRules: 0 })
  })
})

describe('one event a scan', () => {
  it('one event comes of a scan that is judged again, in a batch or later, with the same numbers', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ALL_PASS)
    const scan = await scanned(db.sql, hostId, 2, ruleSet({ pass: 10, fail: 10 }))
    const outcomes = [...(await judgeAll(scan, scan)), ...(await judgeAll(scan))]
    expect(outcomes.map((it) => it.outcome === 'judged' && it.reported !== null)).toEqual([
      true,
      false,
      false,
    ])
    const stored = await auditOf(hostId)
    await scanned(db.sql, hostId, 3, ruleSet({ fail: 20 }))
    await judgeAll(scan)
    expect(await auditOf(hostId)).toEqual(stored)
    expect(stored).toHaveLength(1)
  })

  it('one event comes of a scan that consumers judge at the same time', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ALL_PASS)
    const scan = await scanned(db.sql, hostId, 2, ruleSet({ pass: 10, fail: 10 }))
    const databases = Array.from({ length: 5 }, () => openDatabase(db.as('awareness_drift')))
    const outcomes = await Promise.all(databases.map((it) => judgeScans(driftPorts(it), [announced(scan)])))
    expect(outcomes.flat().filter((it) => it.outcome === 'judged' && it.reported !== null)).toHaveLength(1)
    expect(await auditOf(hostId)).toHaveLength(1)
    await Promise.all(databases.map((it) => it.close()))
  })
})

describe('consumers that judge the same scans in opposite orders at the same time', () => {
  it('consumers that judge the same scans in opposite orders at the same time store each event once, and never wait for each other in a circle', async () => {
    const scans = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const hostId = await addHost(db.sql)
        await scanned(db.sql, hostId, 1, { a: 'pass' })
        return announced(await scanned(db.sql, hostId, 2, { a: 'fail' }))
      }),
    )
    const databases = Array.from({ length: 4 }, () => openDatabase(db.as('awareness_drift')))
    for (let round = 0; round < 10; round++) {
      await db.sql`delete from audit_events`
      const outcomes = await Promise.all(
        databases.map((it, i) => judgeScans(driftPorts(it), i % 2 ? scans : scans.toReversed())),
      )
      const reported = outcomes.flat().filter((it) => it.outcome === 'judged' && it.reported !== null)
      expect(reported).toHaveLength(scans.length)
    }
    await Promise.all(databases.map((it) => it.close()))
  })
})

describe('scans that cannot be judged', () => {
  it('scans that cannot be judged are not visible yet while nothing of the host was checked since they completed', async () => {
    const hostId = await addHost(db.sql)
    const toCome = { hostId, scanId: randomUUID(), completedAt: scanTime(2) }
    const outcome = [{ outcome: 'not_visible_yet' }]
    expect(await judgeAll(toCome)).toEqual(outcome)
    await scanned(db.sql, hostId, 1, { a: 'pass' })
    expect(await judgeAll(toCome)).toEqual(outcome)
    await scanned(db.sql, hostId, 2, { a: 'pass' })
    expect(await judgeAll(toCome)).toMatchObject([{ outcome: 'judged', verdict: { kind: 'stable' } }])
  })

  it('scans that cannot be judged are of an unknown host, deleted ones included, and keep no other from being judged', async () => {
    const hostId = await addHost(db.sql)
    const deletedId = await addHost(db.sql)
    const known = await scanned(db.sql, hostId, 1, { a: 'pass' })
    const deleted = await scanned(db.sql, deletedId, 1, { a: 'pass' })
    await db.sql`update hosts set deleted_at = now() where id = ${deletedId}`
    const unknown = { ...known, hostId: randomUUID() }
    expect(await judgeAll(unknown, known, deleted)).toMatchObject([
      { outcome: 'unknown_host' },
      { outcome: 'judged' },
      { outcome: 'unknown_host' },
    ])
  })

  it('scans that cannot be judged do not borrow the rows of another host that bear the same scan id', async () => {
    const known = await scanned(db.sql, await addHost(db.sql), 1, { a: 'pass' })
    const hostId = await addHost(db.sql)
    expect(await judgeAll({ ...known, hostId })).toEqual([{ outcome: 'not_visible_yet' }])
  })
})
