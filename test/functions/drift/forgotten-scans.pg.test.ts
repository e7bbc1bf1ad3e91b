import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeScans } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import { forgetScan } from '../../../shared/db/forget-scan.ts'
import { type OpenDatabase, openDatabase } from '../../../shared/db/transaction.ts'
import { recordScan } from '../../../shared/producer/record-scan.ts'
import { announced } from '../../support/functions/drift.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import {
  forgetRuleSet,
  type RecordedScan,
  results,
  type Shorthand,
  scanned,
  scannedByOthers,
  scanTime,
} from '../../support/recorded-scans.ts'
import { histories, type RulesOfScans } from './histories.ts'
import type { ScannedRules } from './reference-judgement.ts'

const HOSTS_A_RUN = 60
const RUNS = 8

let db: TestDatabase
let operator: OpenDatabase
let consumer: OpenDatabase
beforeAll(async () => {
  db = await freshDatabase()
  operator = openDatabase(db.as('awareness_operate'))
  consumer = openDatabase(db.as('awareness_drift'))
})
afterAll(async () => {
  await operator.close()
  await consumer.close()
  await db[Symbol.asyncDispose]()
})

const forget = (scan: { hostId: string; scanId: string }) =>
  operator.transaction('write', (tx) => forgetScan(tx, scan))

/** State and log of a host, with scans named by when they were complete. */
async function contentsOf(hostId: string) {
  const state = await db.sql`
    select rule_id, current_status, severity, last_checked_at, first_seen_at, last_changed_at, check_count,
      (select completed_at from scans where scan_id = last_scan_id) as last_scan
    from host_rule_state where host_id = ${hostId} order by rule_id`
  const log = await db.sql`
    select rule_id, status, severity, change_kind, occurred_at,
      (select completed_at from scans where scans.scan_id = transactions.scan_id) as scan
    from transactions where host_id = ${hostId} order by occurred_at, rule_id`
  const scans = await db.sql`
    select completed_at, rules, passed, failed from scans where host_id = ${hostId} order by completed_at`
  return { state: [...state], log: [...log], scans: [...scans] }
}

type Numbered = { readonly rules: ScannedRules; readonly n: number }

async function recordAll(scans: readonly Numbered[]): Promise<{ hostId: string; recorded: RecordedScan[] }> {
  const hostId = await addHost(db.sql)
  const recorded: RecordedScan[] = []
  for (const { rules, n } of scans) {
    const scan = { hostId, scanId: randomUUID(), completedAt: scanTime(n) }
    const found = [...rules].map(([ruleId, result]) => ({ ruleId, ...result }))
    await recordScan(db.sql, { ...scan, results: found })
    recorded.push(scan)
  }
  return { hostId, recorded }
}

const verdictsOn = async (scans: readonly RecordedScan[]) =>
  (await judgeScans(driftPorts(consumer), scans.map(announced))).map((outcome) =>
    outcome.outcome === 'judged' ? outcome.verdict : outcome,
  )

describe('after scans were forgotten, in whatever order', () => {
  it.each<RulesOfScans>(['any_rules', 'profiles', 'for_good'])(
    'after scans were forgotten, state, log and later verdicts are as if they had never been recorded: %s',
    async (rulesOfScans) => {
      const histories_ = fc.array(
        fc.tuple(histories(rulesOfScans), fc.array(fc.nat(), { minLength: 1, maxLength: 4 })),
        {
          minLength: HOSTS_A_RUN,
          maxLength: HOSTS_A_RUN,
        },
      )
      await fc.assert(
        fc.asyncProperty(histories_, async (all) => {
          await Promise.all(
            all.map(async ([{ scans }, picks]) => {
              const numbered = scans.map((rules, n) => ({ rules, n }))
              const forgotten = [...new Set(picks.map((pick) => pick % scans.length))]
              const { hostId, recorded } = await recordAll(numbered)
              for (const n of forgotten) await forget({ hostId, scanId: recorded[n]?.scanId ?? '' })
              const without = await recordAll(numbered.filter(({ n }) => !forgotten.includes(n)))
              expect(await contentsOf(hostId)).toEqual(await contentsOf(without.hostId))
              const left = recorded.filter((_, n) => !forgotten.includes(n))
              expect(await verdictsOn(left)).toEqual(await verdictsOn(without.recorded))
            }),
          )
        }),
        { numRuns: RUNS, endOnFailure: true },
      )
    },
  )
})

const FUTURE = new Date('2099-01-01T00:00:00.000Z')

const recordAt = async (hostId: string, completedAt: Date, shorthand: Shorthand) => {
  const scan = { hostId, scanId: randomUUID(), completedAt }
  const { outcome } = await recordScan(db.sql, { ...scan, results: results(shorthand) }, () => completedAt)
  return { ...scan, outcome }
}

describe('a scan from the future', () => {
  it('a scan from the future mutes its host until it is forgotten, and real scans are recorded and judged again', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass' })
    const future = await recordAt(hostId, FUTURE, { a: 'fail', b: 'pass', c: 'fail' })
    expect(await recordAt(hostId, scanTime(2), { a: 'pass', b: 'fail' })).toMatchObject({
      outcome: 'superseded',
    })
    await verdictsOn([future])

    expect(await forget(future)).toEqual({ completedAt: FUTURE, rules: 3, changes: 2 })
    expect(await contentsOf(hostId)).toMatchObject({
      state: [
        { rule_id: 'a', current_status: 'pass', last_checked_at: scanTime(1), check_count: 1 },
        { rule_id: 'b', current_status: 'pass', last_checked_at: scanTime(1), check_count: 1 },
      ],
      log: [{ scan: scanTime(1) }, { scan: scanTime(1) }],
      scans: [{ completed_at: scanTime(1) }],
    })
    expect(await db.sql`select from scan_verdicts where scan_id = ${future.scanId}`).toHaveLength(0)
    const next = await recordAt(hostId, scanTime(2), { a: 'pass', b: 'fail' })
    expect(next).toMatchObject({ outcome: 'recorded' })
    expect(await verdictsOn([next])).toMatchObject([{ priorScore: 100, currentScore: 50, newRules: 0 }])
  })

  it('a scan from the future that another writer has put into the tables is taken back too', async () => {
    const hostId = await addHost(db.sql)
    await scannedByOthers(db.sql, hostId, 1, { a: 'pass', b: 'pass', c: 'fail' })
    await scannedByOthers(db.sql, hostId, 2, { a: 'pass', b: 'fail', c: 'fail' })
    const future = await recordAt(hostId, FUTURE, { a: 'fail', b: 'fail', d: 'fail' })
    await forgetRuleSet(db.sql, future.scanId)
    expect(await forget(future)).toEqual({ completedAt: FUTURE, rules: 3, changes: 2 })
    // When scan 2 checked rule a is not known any more: it changed nothing of it.
    expect((await contentsOf(hostId)).state).toMatchObject([
      { rule_id: 'a', current_status: 'pass', last_checked_at: scanTime(1) },
      { rule_id: 'b', current_status: 'fail', last_checked_at: scanTime(2) },
      { rule_id: 'c', current_status: 'fail', last_checked_at: scanTime(2) },
    ])
    expect(await recordAt(hostId, scanTime(3), { a: 'fail' })).toMatchObject({ outcome: 'recorded' })
  })

  it('a scan from the future that later scans have overtaken in time leaves them their own findings', async () => {
    const hostId = await addHost(db.sql)
    await scannedByOthers(db.sql, hostId, 1, { same: 'pass', back: 'pass', onward: 'pass' })
    const wrong = await scannedByOthers(db.sql, hostId, 2, {
      same: 'fail',
      back: 'fail',
      onward: 'fail',
      new: 'pass',
    })
    await scannedByOthers(db.sql, hostId, 3, { same: 'fail', back: 'pass', onward: 'error', new: 'pass' })
    await forget(wrong)
    const { log, state } = await contentsOf(hostId)
    expect(log.map((row) => [row.rule_id, row.status, row.change_kind, row.occurred_at])).toEqual([
      ['back', 'pass', 'first_seen', scanTime(1)],
      ['onward', 'pass', 'first_seen', scanTime(1)],
      ['same', 'pass', 'first_seen', scanTime(1)],
      ['new', 'pass', 'first_seen', scanTime(3)],
      ['onward', 'error', 'state_changed', scanTime(3)],
      ['same', 'fail', 'state_changed', scanTime(3)],
    ])
    expect(
      state.map((row) => [row.rule_id, row.current_status, row.first_seen_at, row.last_changed_at]),
    ).toEqual([
      ['back', 'pass', scanTime(1), scanTime(1)],
      ['new', 'pass', scanTime(3), scanTime(3)],
      ['onward', 'error', scanTime(1), scanTime(3)],
      ['same', 'fail', scanTime(1), scanTime(3)],
    ])
  })
})

describe('forgetting a scan', () => {
  it('forgetting a scan puts the evidence of the newest change back, which is what the log has', async () => {
    const hostId = await addHost(db.sql)
    const record = (n: number, status: 'pass' | 'fail', evidence: string) =>
      recordScan(db.sql, {
        hostId,
        scanId: randomUUID(),
        completedAt: scanTime(n),
        results: [{ ruleId: 'a', status, severity: 'low', evidence, skipReason: `reason ${n}` }],
      })
    await record(1, 'pass', 'first')
    await record(2, 'pass', 'second')
    const scanId = randomUUID()
    const last = { hostId, scanId, completedAt: scanTime(3), results: results({ a: 'fail' }) }
    await recordScan(db.sql, last)
    await forget(last)
    const state = await db.sql`
      select current_status, evidence, skip_reason, last_checked_at from host_rule_state where host_id = ${hostId}`
    expect(state).toEqual([
      { current_status: 'pass', evidence: 'first', skip_reason: 'reason 1', last_checked_at: scanTime(2) },
    ])
  })

  it('forgetting a scan of a rule whose earlier changes the log has lost guesses its status, as a verdict does', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass low', c: 'error' })
    const scan = await scanned(db.sql, hostId, 2, { a: 'fail', b: 'pass high', c: 'skipped' })
    await db.sql`delete from transactions where host_id = ${hostId} and change_kind = 'first_seen'`
    await forget(scan)
    expect((await contentsOf(hostId)).state).toMatchObject([
      { rule_id: 'a', current_status: 'pass', last_scan: scanTime(1) },
      { rule_id: 'b', current_status: 'pass', last_scan: scanTime(1) },
      { rule_id: 'c', current_status: 'skipped', last_scan: scanTime(1) },
    ])
  })

  it('forgetting a scan touches no other host, and no scan that is not there', async () => {
    const [hostId, otherId] = [await addHost(db.sql), await addHost(db.sql)]
    const scan = await scanned(db.sql, hostId, 1, { a: 'pass' })
    await scanned(db.sql, otherId, 1, { a: 'pass' })
    const before = [await contentsOf(hostId), await contentsOf(otherId)]
    expect(await forget({ hostId: otherId, scanId: scan.scanId })).toBeNull()
    expect(await forget({ hostId, scanId: randomUUID() })).toBeNull()
    expect([await contentsOf(hostId), await contentsOf(otherId)]).toEqual(before)
    await forget(scan)
    expect(await contentsOf(hostId)).toEqual({ state: [], log: [], scans: [] })
    expect(await contentsOf(otherId)).toEqual(before[1])
  })

  it('forgetting a scan leaves an id that may be recorded again', async () => {
    const hostId = await addHost(db.sql)
    const scan = await recordAt(hostId, FUTURE, { a: 'pass' })
    await verdictsOn([scan])
    await forget(scan)
    const again = { ...scan, completedAt: scanTime(1), results: results({ a: 'pass' }) }
    expect(await recordScan(db.sql, again)).toMatchObject({ outcome: 'recorded' })
    expect(await verdictsOn([again])).toMatchObject([{ notComparable: 'no_prior_baseline' }])
  })
})
