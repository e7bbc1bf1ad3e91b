import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeScans, type ScanOutcome } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import { type OpenDatabase, openDatabase } from '../../../shared/db/transaction.ts'
import type { Verdict } from '../../../shared/domain/verdict.ts'
import { announced } from '../../support/functions/drift.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import {
  type RecordedScan,
  ruleSet,
  scanned,
  scannedByOthers,
  scanTime,
} from '../../support/recorded-scans.ts'

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
    const world = openDatabase(own.as('awareness_drift'))
    const judged = async () => {
      const hostId = await addHost(own.sql)
      await scanned(own.sql, hostId, 1, ruleSet({ pass: 10 }))
      const scan = await scanned(own.sql, hostId, 2, ruleSet({ pass: 10, fail: 10 }))
      return (await judgeScans(driftPorts(world), [announced(scan)]))[0]
    }
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
    await db.sql`delete from scan_verdicts where scan_id = ${worse.scanId}`
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

  it('judging a scan knows the scores of an unchanged scan of which later scans have overwritten every row', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ruleSet({ pass: 15, fail: 5 }))
    const unchanged = await scanned(db.sql, hostId, 2, ruleSet({ pass: 15, fail: 5 }))
    await scanned(db.sql, hostId, 3, ruleSet({ fail: 20 }))
    expect(await verdictOn(unchanged)).toMatchObject({
      kind: 'stable',
      priorScore: 75,
      currentScore: 75,
      scoreDelta: 0,
    })
  })

  it('judging a scan gives a rule that the scan left out no vote, also when a later scan has taken it up again', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass', left_out: 'fail' })
    const scan = await scanned(db.sql, hostId, 2, { a: 'pass', b: 'fail' })
    await scanned(db.sql, hostId, 3, { a: 'pass', b: 'fail', left_out: 'pass' })
    expect(await verdictOn(scan)).toMatchObject({ priorScore: 100, currentScore: 50 })
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

describe('the scan of a writer that fills only host_rule_state and transactions', () => {
  it('the scan of a writer that fills only host_rule_state and transactions is stable when later scans have overwritten every row of it', async () => {
    const hostId = await addHost(db.sql)
    await scannedByOthers(db.sql, hostId, 1, ALL_PASS)
    const unchanged = await scannedByOthers(db.sql, hostId, 2, ALL_PASS)
    await scannedByOthers(db.sql, hostId, 3, ruleSet({ fail: 20 }))
    expect(await verdictOn(unchanged)).toMatchObject({ kind: 'stable', priorScore: null, scoreDelta: 0 })
  })

  it('the scan of such a writer has a known rule vote, the same before and after, that it left out and a later scan had taken up again', async () => {
    const hostId = await addHost(db.sql)
    await scannedByOthers(db.sql, hostId, 1, { a: 'pass', b: 'pass', left_out: 'fail' })
    const scan = await scannedByOthers(db.sql, hostId, 2, { a: 'pass', b: 'fail' })
    await scannedByOthers(db.sql, hostId, 3, { a: 'pass', b: 'fail', left_out: 'pass' })
    expect(await verdictOn(scan)).toMatchObject({ priorScore: 66.666666667, currentScore: 33.333333333 })
  })
})

describe('the first verdict on a scan', () => {
  const verdictsOf = (hostId: string) =>
    db.sql`select scan_id, completed_at, kind, not_comparable, prior_score, current_score, score_delta,
      like_for_like_delta, basis, new_rules from scan_verdicts where host_id = ${hostId} order by completed_at`

  it('the first verdict on a scan is kept for every scan, stable or not', async () => {
    const hostId = await addHost(db.sql)
    const scans = [
      await scanned(db.sql, hostId, 1, ALL_PASS),
      await scanned(db.sql, hostId, 2, ALL_PASS),
      await scanned(db.sql, hostId, 3, ruleSet({ pass: 18, fail: 4 })),
      await scanned(db.sql, hostId, 4, ruleSet({ error: 22 })),
    ]
    const before = new Date()
    await judgeAll(...scans)
    const kept = [
      ['stable', 'no_prior_baseline', null, 100, null, null, 20],
      ['stable', null, 100, 100, 0, 0, 0],
      ['major_worsening', null, 100, 81.818181818, -18.181818182, -10, 2],
      ['stable', 'nothing_scored_after', 81.818181818, null, null, null, 0],
    ].map(
      (
        [kind, not_comparable, prior_score, current_score, score_delta, like_for_like_delta, new_rules],
        i,
      ) => ({
        scan_id: scans[i]?.scanId,
        completed_at: scans[i]?.completedAt,
        kind,
        not_comparable,
        prior_score,
        current_score,
        score_delta,
        like_for_like_delta,
        basis: 'all_rules',
        new_rules,
      }),
    )
    expect(await verdictsOf(hostId)).toEqual(kept)
    const judgedAt = await db.sql<
      { judged_at: Date }[]
    >`select judged_at from scan_verdicts where host_id = ${hostId}`
    // The two clocks are the machine's.
    for (const { judged_at } of judgedAt)
      expect(Math.abs(judged_at.getTime() - before.getTime())).toBeLessThan(60_000)
  })

  it('the first verdict on a scan stands: a redelivery after a policy was changed or later scans have landed adds no event', async () => {
    await using own = await freshDatabase()
    await own.sql`update policy set drift_major_worsening_pp = 60, drift_minor_worsening_pp = 60`
    const consumer = openDatabase(own.as('awareness_drift'))
    const judgeAgain = (scan: RecordedScan) => judgeScans(driftPorts(consumer), [announced(scan)])
    const hostId = await addHost(own.sql)
    await scannedByOthers(own.sql, hostId, 1, ruleSet({ pass: 10 }))
    const others = await scannedByOthers(own.sql, hostId, 2, { b1: 'fail', b2: 'fail' })
    expect(await judgeAgain(others)).toMatchObject([{ verdict: { notComparable: 'no_prior_baseline' } }])
    const scan = await scannedByOthers(own.sql, hostId, 3, ruleSet({ pass: 5, fail: 5 }))
    expect(await judgeAgain(scan)).toMatchObject([{ verdict: { kind: 'stable', scoreDelta: -50 } }])

    await own.sql`update policy set drift_major_worsening_pp = 10, drift_minor_worsening_pp = 5`
    expect(await judgeAgain(scan)).toEqual([{ outcome: 'judged_before' }])
    expect(await judgeAgain(others)).toEqual([{ outcome: 'judged_before' }])
    expect(await own.sql`select kind from scan_verdicts`).toEqual([{ kind: 'stable' }, { kind: 'stable' }])
    expect(await own.sql`select from audit_events`).toHaveLength(0)
    await consumer.close()
  })

  it('the first verdict on a scan is not kept where its event cannot be stored', async () => {
    await using own = await freshDatabase()
    const consumer = openDatabase(own.as('awareness_drift'))
    const hostId = await addHost(own.sql)
    await scanned(own.sql, hostId, 1, ALL_PASS)
    const scan = await scanned(own.sql, hostId, 2, ruleSet({ fail: 20 }))
    const kept = () => own.sql`
      select (select count(*)::integer from scan_verdicts) as verdicts,
        (select count(*)::integer from audit_events) as events`
    await own.sql`alter table audit_events add constraint full_disk check (false)`
    await expect(judgeScans(driftPorts(consumer), [announced(scan)])).rejects.toThrow(/full_disk/)
    expect(await kept()).toEqual([{ verdicts: 0, events: 0 }])
    await own.sql`alter table audit_events drop constraint full_disk`
    await judgeScans(driftPorts(consumer), [announced(scan)])
    expect(await kept()).toEqual([{ verdicts: 1, events: 1 }])
    await consumer.close()
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
      await db.sql`truncate audit_events, scan_verdicts`
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
