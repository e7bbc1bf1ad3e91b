import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Tx } from '../../shared/db/client.ts'
import { insertRuleSet, insertScan } from '../../shared/db/scans.ts'
import { createRuleSet } from '../../shared/domain/rule-set.ts'
import { recordScan } from '../../shared/producer/record-scan.ts'
import type { RuleResult } from '../../shared/producer/scan-results.ts'
import { addHost } from '../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres/database.ts'
import { results, scanned, scannedByOthers, scanTime } from '../support/recorded-scans.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await freshDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

const stateOf = (hostId: string) =>
  db.sql`select rule_id, current_status, severity, check_count, last_scan_id, last_checked_at, first_seen_at,
      last_changed_at from host_rule_state where host_id = ${hostId} order by rule_id`
const logOf = (hostId: string) =>
  db.sql`select rule_id, scan_id, status, severity, change_kind, occurred_at from transactions
    where host_id = ${hostId} order by occurred_at, rule_id`

/** Begins a transaction, and ends it when that is asked for. */
async function openTransaction(begin: (tx: Tx) => Promise<unknown>) {
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<'commit' | 'rollback'>()
  const rolledBack = new Error('rolled back')
  const transaction = db.sql.begin(async (tx) => {
    await begin(tx)
    begun.resolve()
    if ((await ended.promise) === 'rollback') throw rolledBack
  })
  transaction.catch(begun.reject)
  await begun.promise
  return {
    end: async (how: 'commit' | 'rollback'): Promise<void> => {
      ended.resolve(how)
      await transaction.catch((error: unknown) => {
        if (error !== rolledBack) throw error
      })
    },
  }
}

/** Returns when so many sessions of this database wait for a lock. */
const untilWaiting = (sessions: number): Promise<void> =>
  vi.waitFor(
    async () => {
      const waiting = await db.sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect(waiting).toHaveLength(sessions)
    },
    { timeout: 20_000 },
  )

describe('recording a scan', () => {
  it('recording a scan upserts the state of every rule and logs what changed, and only that', async () => {
    const hostId = await addHost(db.sql)
    const first = await scanned(db.sql, hostId, 1, { a: 'pass', b: 'fail', c: 'skipped', d: 'pass low' })
    const second = { hostId, scanId: randomUUID(), completedAt: scanTime(2) }
    const outcome = await recordScan(db.sql, {
      ...second,
      results: results({ a: 'pass', b: 'pass', c: 'fail', d: 'pass high', e: 'error' }),
    })
    expect(outcome).toEqual({
      outcome: 'recorded',
      changes: { firstSeen: 1, stateChanged: 2, severityChanged: 1 },
    })
    expect((await logOf(hostId)).filter((row) => row.scan_id === second.scanId)).toEqual(
      [
        ['b', 'pass', 'medium', 'state_changed'],
        ['c', 'fail', 'medium', 'state_changed'],
        ['d', 'pass', 'high', 'severity_changed'],
        ['e', 'error', 'medium', 'first_seen'],
      ].map(([rule_id, status, severity, change_kind]) => ({
        rule_id,
        scan_id: second.scanId,
        status,
        severity,
        change_kind,
        occurred_at: second.completedAt,
      })),
    )
    const unchanged = (await stateOf(hostId))[0]
    expect(unchanged).toEqual({
      rule_id: 'a',
      current_status: 'pass',
      severity: 'medium',
      check_count: 2,
      last_scan_id: second.scanId,
      last_checked_at: second.completedAt,
      first_seen_at: first.completedAt,
      last_changed_at: first.completedAt,
    })
  })

  it('recording a scan logs one state_changed where status and severity change at once', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass low' })
    await scanned(db.sql, hostId, 2, { a: 'fail high' })
    expect((await logOf(hostId)).map((row) => [row.change_kind, row.severity])).toEqual([
      ['first_seen', 'low'],
      ['state_changed', 'high'],
    ])
  })

  it('recording a scan keeps evidence, framework references and the reason for skipping, also where they are empty', async () => {
    const hostId = await addHost(db.sql)
    const result: RuleResult = {
      ruleId: 'a',
      status: 'skipped',
      severity: 'low',
      evidence: '',
      frameworkRefs: { cis: ['1.1'], stig: {} },
      skipReason: '',
    }
    const bare: RuleResult = { ruleId: 'b', status: 'pass', severity: 'low' }
    await recordScan(db.sql, {
      hostId,
      scanId: randomUUID(),
      completedAt: scanTime(1),
      results: [result, bare],
    })
    const stored = {
      evidence: '',
      framework_refs: { cis: ['1.1'], stig: {} },
      skip_reason: '',
    }
    const nothing = { evidence: null, framework_refs: null, skip_reason: null }
    for (const table of ['host_rule_state', 'transactions']) {
      expect(
        await db.sql`select evidence, framework_refs, skip_reason from ${db.sql(table)}
          where host_id = ${hostId} order by rule_id`,
      ).toEqual([stored, nothing])
    }
  })

  it('recording a scan stores evidence with bytes that PostgreSQL refuses, marked as replaced', async () => {
    const hostId = await addHost(db.sql)
    const evidence = { 'k\0': ['nul \0', 'half \ud800', 'emoji 🙂'] }
    await recordScan(db.sql, {
      hostId,
      scanId: randomUUID(),
      completedAt: scanTime(1),
      results: [{ ruleId: 'a', status: 'fail', severity: 'low', evidence, skipReason: '\0' }],
    })
    expect(await db.sql`select evidence, skip_reason from host_rule_state where host_id = ${hostId}`).toEqual(
      [{ evidence: { 'k\uFFFD': ['nul \uFFFD', 'half \uFFFD', 'emoji 🙂'] }, skip_reason: '\uFFFD' }],
    )
  })

  it('recording a scan is idempotent, also for a scan that changed nothing', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'fail' })
    const unchanged = await scanned(db.sql, hostId, 2, { a: 'pass', b: 'fail' })
    const before = [await stateOf(hostId), await logOf(hostId)]
    const again = { ...unchanged, results: results({ a: 'pass', b: 'fail' }) }
    expect(await recordScan(db.sql, again)).toEqual({ outcome: 'already_recorded' })
    expect([await stateOf(hostId), await logOf(hostId)]).toEqual(before)
  })

  it('recording a scan does not flip rules back when an unchanged scan is delivered again after a newer one', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass' })
    const unchanged = await scanned(db.sql, hostId, 2, { a: 'pass' })
    await scanned(db.sql, hostId, 3, { a: 'fail' })
    const before = [await stateOf(hostId), await logOf(hostId)]
    const again = { ...unchanged, results: results({ a: 'pass' }) }
    expect(await recordScan(db.sql, again)).toEqual({ outcome: 'already_recorded' })
    expect([await stateOf(hostId), await logOf(hostId)]).toEqual(before)
  })

  it('recording a scan knows a scan again after newer ones by what it changed', async () => {
    const hostId = await addHost(db.sql)
    const first = await scanned(db.sql, hostId, 1, { a: 'pass' })
    await scanned(db.sql, hostId, 2, { a: 'fail' })
    const again = { ...first, results: results({ a: 'pass' }) }
    expect(await recordScan(db.sql, again)).toEqual({ outcome: 'already_recorded' })
  })

  it('recording a scan refuses an older scan after a newer one, and of two that completed together the second', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 5, { a: 'pass' })
    for (const n of [4, 5]) {
      const late = { hostId, scanId: randomUUID(), completedAt: scanTime(n), results: results({ a: 'fail' }) }
      expect(await recordScan(db.sql, late)).toEqual({ outcome: 'superseded' })
    }
    expect(await logOf(hostId)).toHaveLength(1)
  })

  it('recording a scan merges exact duplicates', async () => {
    const hostId = await addHost(db.sql)
    const twice = [...results({ a: 'pass', b: 'fail' }), ...results({ a: 'pass' })]
    const scan = { hostId, scanId: randomUUID(), completedAt: scanTime(1), results: twice }
    expect(await recordScan(db.sql, scan)).toMatchObject({ outcome: 'recorded', changes: { firstSeen: 2 } })
  })

  it('recording a scan names the rules that contradict themselves, and writes nothing', async () => {
    const hostId = await addHost(db.sql)
    const contradicting = [...results({ a: 'pass', b: 'fail' }), ...results({ a: 'fail' })]
    const scan = { hostId, scanId: randomUUID(), completedAt: scanTime(1), results: contradicting }
    await expect(recordScan(db.sql, scan)).rejects.toMatchObject({
      name: 'ContradictoryResultsError',
      ruleIds: ['a'],
    })
    expect(await stateOf(hostId)).toEqual([])
  })

  it.each<[string, Record<string, unknown>]>([
    ['hostId', { hostId: 'web-1' }],
    ['scanId', { scanId: '' }],
    ['completedAt', { completedAt: new Date(Number.NaN) }],
    ['results', { results: [] }],
    ['status', { results: [{ ruleId: 'a', status: 'notapplicable', severity: 'low' }] }],
    ['severity', { results: [{ ruleId: 'a', status: 'pass', severity: '' }] }],
    ['ruleId', { results: [{ ruleId: 'a\0', status: 'pass', severity: 'low' }] }],
    ['ruleId', { results: [{ ruleId: 'x'.repeat(1_025), status: 'pass', severity: 'low' }] }],
  ])('recording a scan names %s where it is not as it must be: %j', async (field, wrong) => {
    const hostId = await addHost(db.sql)
    const scan = { hostId, scanId: randomUUID(), completedAt: scanTime(1), results: results({ a: 'pass' }) }
    await expect(recordScan(db.sql, { ...scan, ...wrong })).rejects.toMatchObject({
      name: 'InvalidValueError',
      field,
    })
  })

  it('recording a scan says that a host is unknown, or deleted', async () => {
    const deleted = await addHost(db.sql)
    await db.sql`update hosts set deleted_at = now() where id = ${deleted}`
    for (const hostId of [deleted, randomUUID()]) {
      const scan = { hostId, scanId: randomUUID(), completedAt: scanTime(1), results: results({ a: 'pass' }) }
      expect(await recordScan(db.sql, scan)).toEqual({ outcome: 'unknown_host' })
    }
  })

  it('recording a scan refuses one that completed more than 15 minutes ahead of the clock, and writes nothing', async () => {
    const hostId = await addHost(db.sql)
    const now = new Date('2026-05-01T10:00:00.000Z')
    const record = (completedAt: string) =>
      recordScan(
        db.sql,
        { hostId, scanId: randomUUID(), completedAt: new Date(completedAt), results: results({ a: 'pass' }) },
        () => now,
      )
    for (const future of ['2026-05-01T10:15:00.001Z', '2099-01-01T00:00:00.000Z']) {
      expect(await record(future)).toEqual({ outcome: 'completed_at_in_future' })
    }
    expect([await stateOf(hostId), await logOf(hostId)]).toEqual([[], []])
    expect(await db.sql`select from scans where host_id = ${hostId}`).toHaveLength(0)
    expect(await record('2026-05-01T09:59:59.000Z')).toMatchObject({ outcome: 'recorded' })
    expect(await record('2026-05-01T10:15:00.000Z')).toMatchObject({ outcome: 'recorded' })
  })

  it("recording a scan goes by the machine's clock where it is given no other", async () => {
    const hostId = await addHost(db.sql)
    const inAnHour = new Date(Date.now() + 3_600_000)
    const scan = { hostId, scanId: randomUUID(), completedAt: inAnHour, results: results({ a: 'pass' }) }
    expect(await recordScan(db.sql, scan)).toEqual({ outcome: 'completed_at_in_future' })
    expect(await recordScan(db.sql, scan, () => inAnHour)).toMatchObject({ outcome: 'recorded' })
  })

  it('recording a scan refuses the id of a scan of another host', async () => {
    const first = await scanned(db.sql, await addHost(db.sql), 1, { a: 'pass' })
    const other = { ...first, hostId: await addHost(db.sql), results: results({ a: 'pass' }) }
    await expect(recordScan(db.sql, other)).rejects.toThrow(/belongs to another host/)
  })

  it('recording a scan refuses the id of a scan of another host that changed nothing', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass' })
    const unchanged = await scanned(db.sql, hostId, 2, { a: 'pass' })
    await scanned(db.sql, hostId, 3, { a: 'pass' })
    const other = { ...unchanged, hostId: await addHost(db.sql), results: results({ a: 'pass' }) }
    await expect(recordScan(db.sql, other)).rejects.toThrow(/belongs to another host/)
  })

  it('recording a scan refuses the id of a scan of another host that is being recorded at the same time', async () => {
    const [hostId, otherHostId] = [await addHost(db.sql), await addHost(db.sql)]
    const scanId = randomUUID()
    const scan = { hostId: otherHostId, scanId, completedAt: scanTime(1) }
    const other = await openTransaction(async (tx) => {
      await insertRuleSet(tx, createRuleSet(['b']))
      await insertScan(tx, { ...scan, ruleSet: createRuleSet(['b']), passed: 1, failed: 0 })
    })
    const refused = recordScan(db.sql, { ...scan, hostId, results: results({ a: 'pass' }) })
    const refusal = expect(refused).rejects.toMatchObject({ name: 'InvalidValueError', field: 'scanId' })
    await untilWaiting(1)
    await other.end('commit')
    await refusal
    expect(await stateOf(hostId)).toEqual([])
  })

  it('recording a scan records which rules each scan evaluated, whatever they came to, and each set of rules once', async () => {
    const hostId = await addHost(db.sql)
    const scans = [
      await scanned(db.sql, hostId, 1, { c: 'pass', a: 'fail', b: 'error' }),
      await scanned(db.sql, hostId, 2, { b: 'skipped', c: 'fail', a: 'pass high' }),
      await scanned(db.sql, hostId, 3, { b: 'pass' }),
    ]
    const recorded = await db.sql`
      select scan_id, completed_at, to_jsonb(rule_ids) as rule_ids, rules, passed, failed,
        recorded_at > now() - interval '1 hour' as is_new
      from scans join rule_sets on rule_sets.id = rule_set_id where host_id = ${hostId} order by completed_at`
    expect(recorded).toEqual(
      [
        { rule_ids: ['a', 'b', 'c'], rules: 3, passed: 1, failed: 1 },
        { rule_ids: ['a', 'b', 'c'], rules: 3, passed: 1, failed: 1 },
        { rule_ids: ['b'], rules: 1, passed: 1, failed: 0 },
      ].map((found, i) => ({
        scan_id: scans[i]?.scanId,
        completed_at: scans[i]?.completedAt,
        ...found,
        is_new: true,
      })),
    )
    const sets = await db.sql`select distinct rule_set_id from scans where host_id = ${hostId}`
    expect(sets).toHaveLength(2)
  })

  it.each(['commit', 'rollback'] as const)(
    'recording a scan waits for another first writer of the same rules, and records the scan after its %s',
    async (end) => {
      const hostId = await addHost(db.sql)
      const ruleId = `rule of ${end}`
      const other = await openTransaction((tx) => insertRuleSet(tx, createRuleSet([ruleId])))
      const recording = scanned(db.sql, hostId, 1, { [ruleId]: 'pass' })
      await untilWaiting(1)
      await other.end(end)
      await recording
      const sets = await db.sql`
        select to_jsonb(rule_ids) as rule_ids from rule_sets where id = ${createRuleSet([ruleId]).id}`
      expect(sets).toEqual([{ rule_ids: [ruleId] }])
    },
  )

  it('recording a scan refuses one that is older than the newest, also if that one left some rules out', async () => {
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass' })
    await scanned(db.sql, hostId, 3, { a: 'pass' })
    const between = { hostId, scanId: randomUUID(), completedAt: scanTime(2) }
    const outcome = await recordScan(db.sql, { ...between, results: results({ a: 'fail', b: 'fail' }) })
    expect(outcome).toEqual({ outcome: 'superseded' })
  })

  it('recording a scan again that only the log still knows says that it is recorded', async () => {
    const hostId = await addHost(db.sql)
    const first = await scannedByOthers(db.sql, hostId, 1, { a: 'pass' })
    await scannedByOthers(db.sql, hostId, 2, { a: 'pass' })
    const again = await recordScan(db.sql, { ...first, results: results({ a: 'pass' }) })
    expect(again).toEqual({ outcome: 'already_recorded' })
  })

  it('recording a scan writes scans with more rules than one statement takes', async () => {
    const hostId = await addHost(db.sql)
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`rule_${i}`, 'pass']))
    await scanned(db.sql, hostId, 1, many)
    const scan = { hostId, scanId: randomUUID(), completedAt: scanTime(2) }
    const outcome = await recordScan(db.sql, { ...scan, results: results({ ...many, rule_19999: 'fail' }) })
    expect(outcome).toMatchObject({ changes: { firstSeen: 0, stateChanged: 1 } })
    const checks = await db.sql`select distinct check_count from host_rule_state where host_id = ${hostId}`
    expect(checks).toEqual([{ check_count: 2 }])
  })

  it('recording a scan lets a second writer of a host look at the log only after the first has committed', async () => {
    const hostId = await addHost(db.sql)
    const write = (n: number, status: string) =>
      recordScan(db.sql, {
        hostId,
        scanId: randomUUID(),
        completedAt: scanTime(n),
        results: results({ a: status }),
      })
    // While this lock is held a writer gets as far as its first write, and waits there.
    const reader = await openTransaction((tx) => tx`lock table host_rule_state in share mode`)
    const newer = write(2, 'fail')
    await untilWaiting(1)
    const older = write(1, 'pass')
    await untilWaiting(2)
    await reader.end('commit')
    expect(await Promise.all([newer, older])).toMatchObject([
      { outcome: 'recorded' },
      { outcome: 'superseded' },
    ])
    expect(await logOf(hostId)).toMatchObject([{ status: 'fail', change_kind: 'first_seen' }])
    expect(await stateOf(hostId)).toMatchObject([{ current_status: 'fail', last_checked_at: scanTime(2) }])
  })

  it('recording a scan keeps state and log in agreement while writers of one host run into each other', async () => {
    const hostId = await addHost(db.sql)
    const writers = Array.from({ length: 40 }, (_, n) =>
      recordScan(db.sql, {
        hostId,
        scanId: randomUUID(),
        completedAt: scanTime((n * 7) % 40),
        results: results({ a: n % 2 ? 'pass' : 'fail', b: n % 3 ? 'pass' : 'error' }),
      }),
    )
    const outcomes = (await Promise.all(writers)).map(({ outcome }) => outcome)
    expect(new Set(outcomes)).toEqual(new Set(['recorded', 'superseded']))
    const newestLogged = await db.sql`
      select distinct on (rule_id) rule_id, status as current_status from transactions
      where host_id = ${hostId} order by rule_id, occurred_at desc`
    const state = (await stateOf(hostId)).map(({ rule_id, current_status }) => ({ rule_id, current_status }))
    expect(state).toEqual([...newestLogged])
    const repeats = await db.sql`
      select from (
        select status, severity, lag((status, severity)) over (partition by rule_id order by occurred_at) as prior
        from transactions where host_id = ${hostId}
      ) log where (status, severity) = prior`
    expect(repeats).toHaveLength(0)
  })
})
