import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDriftHandler } from '../../../functions/drift/handler.ts'
import type { DriftDeps } from '../../../functions/runtime/drift-ports.ts'
import type { Database } from '../../../shared/db/transaction.ts'
import { DRIFT_METRICS, FUNCTION_METRICS } from '../../../shared/domain/metrics.ts'
import { recordScan } from '../../../shared/producer/record-scan.ts'
import {
  bodyOf,
  type DeadLetters,
  driftEnvironment,
  sqsEvent,
  startDeadLetters,
} from '../../support/functions/drift.ts'
import { lambdaContext } from '../../support/functions/probe.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import {
  forgetRuleSet,
  type RecordedScan,
  results,
  ruleSet,
  scanned,
  scannedByOthers,
  scanTime,
} from '../../support/recorded-scans.ts'

let db: TestDatabase
let deadLetters: DeadLetters
beforeAll(async () => {
  db = await freshDatabase()
  deadLetters = await startDeadLetters()
})
afterAll(async () => {
  await deadLetters[Symbol.asyncDispose]()
  await db[Symbol.asyncDispose]()
})

const handle = (deps: DriftDeps, ...bodies: string[]) =>
  createDriftHandler(deps)(sqsEvent(...bodies), lambdaContext())

const retriedIn = ({ batchItemFailures }: { batchItemFailures: { itemIdentifier: string }[] }) =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)

async function worseHost(): Promise<RecordedScan> {
  const hostId = await addHost(db.sql)
  await scanned(db.sql, hostId, 1, ruleSet({ pass: 20 }))
  return scanned(db.sql, hostId, 2, ruleSet({ pass: 10, fail: 10 }))
}

async function stableHost(): Promise<RecordedScan> {
  const hostId = await addHost(db.sql)
  await scanned(db.sql, hostId, 1, ruleSet({ pass: 20 }))
  return scanned(db.sql, hostId, 2, ruleSet({ pass: 20 }))
}

const eventsOf = async (scan: RecordedScan): Promise<number> =>
  (await db.sql`select from audit_events where correlation_id = ${scan.scanId}`).length

describe('the drift function', () => {
  it('the drift function judges what it can, rejects what is wrong, and has retried what is not there yet', async () => {
    await using deps = driftEnvironment(db, deadLetters.reject)
    const [worse, stable] = [await worseHost(), await stableHost()]
    const toCome = { hostId: worse.hostId, scanId: randomUUID(), completedAt: scanTime(9) }
    const unknown = { hostId: randomUUID(), scanId: randomUUID(), completedAt: scanTime(1) }
    const wrong = {
      '{"event": "scan.compl': 'malformed_json',
      'scan 7 is done': 'malformed_json',
      null: 'wrong_shape',
      '{"event":"scan.completed","version":2}': 'wrong_shape',
      [bodyOf({ ...worse, scanId: 'x' })]: 'wrong_shape',
      [bodyOf(worse).replace('Z"', '"')]: 'wrong_shape',
      [bodyOf(unknown)]: 'unknown_host',
    }

    const response = await handle(deps, ...Object.keys(wrong), bodyOf(toCome), bodyOf(worse), bodyOf(stable))

    expect(retriedIn(response)).toEqual(['m7'])
    const letters = (await deadLetters.received()).map(({ body, reason }) => [body, reason] as const)
    expect(Object.fromEntries(letters)).toEqual(wrong)
    expect([await eventsOf(worse), await eventsOf(stable)]).toEqual([1, 0])

    expect(deps.output.lines.find((line) => '_aws' in line)).toMatchObject({
      service: 'awareness-drift',
      stage: 'test',
      [DRIFT_METRICS.scansJudged]: 2,
      [DRIFT_METRICS.majorWorsenings]: 1,
      [DRIFT_METRICS.stable]: 1,
      [DRIFT_METRICS.rejected]: 7,
      [DRIFT_METRICS.retried]: 1,
      [DRIFT_METRICS.verdictMs]: [expect.any(Number), expect.any(Number)],
    })
    const told = (message: string) => deps.output.lines.filter((line) => line.message === message)
    expect(told('drift detected')).toMatchObject([
      { hostId: worse.hostId, scanId: worse.scanId, driftType: 'major', scoreDelta: -50, priorScore: 100 },
    ])
    expect(told('message rejected').map(({ messageId }) => messageId)).toEqual(
      Object.keys(wrong).map((_, i) => `m${i}`),
    )
  })

  it('the drift function says in the dead-letter queue what exactly is wrong', async () => {
    await using deps = driftEnvironment(db, deadLetters.reject)
    await handle(deps, '{"event":"scan.completed","version":1,"host_id":"web-1"}')
    const [letter] = await deadLetters.received()
    expect(letter?.detail).toContain('host_id')
    expect(letter?.detail).toContain('completed_at')
  })

  it('the drift function warns of a scan whose checks all errored, and counts it', async () => {
    await using deps = driftEnvironment(db, deadLetters.reject)
    const { hostId } = await stableHost()
    const scan = await scanned(db.sql, hostId, 3, ruleSet({ error: 20 }))
    expect(retriedIn(await handle(deps, bodyOf(scan)))).toEqual([])
    expect(deps.output.lines).toContainEqual(
      expect.objectContaining({ level: 'WARN', message: 'nothing scored', hostId, scanId: scan.scanId }),
    )
    expect(deps.output.lines.find((line) => '_aws' in line)).toMatchObject({
      [DRIFT_METRICS.withoutVerdict]: 1,
      [DRIFT_METRICS.nothingScored]: 1,
    })
  })

  it.each([true, false])(
    'the drift function judges a scan from the future that is in the tables, and warns of it: with a row in scans %s',
    async (hasRow) => {
      await using deps = driftEnvironment(db, deadLetters.reject)
      const { hostId } = await stableHost()
      const completedAt = new Date('2099-01-01T00:00:00.000Z')
      const scan = { hostId, scanId: randomUUID(), completedAt }
      const recorded = { ...scan, results: results(ruleSet({ pass: 10, fail: 10 })) }
      await recordScan(db.sql, recorded, () => completedAt)
      if (!hasRow) await forgetRuleSet(db.sql, scan.scanId)
      const onTime = await worseHost()
      expect(retriedIn(await handle(deps, bodyOf(scan), bodyOf(onTime)))).toEqual([])
      expect(await eventsOf(scan)).toBe(1)
      expect(deps.output.lines.filter(({ message }) => message === 'scan from the future')).toMatchObject([
        { level: 'WARN', hostId, scanId: scan.scanId, completedAt: '2099-01-01T00:00:00.000Z' },
      ])
    },
  )

  it('the drift function warns of two scans of a host that bear the same time: which was first is not known', async () => {
    await using deps = driftEnvironment(db, deadLetters.reject)
    const hostId = await addHost(db.sql)
    await scannedByOthers(db.sql, hostId, 1, { a: 'pass', b: 'pass' })
    const first = await scannedByOthers(db.sql, hostId, 2, { a: 'fail', b: 'pass' })
    const second = await scannedByOthers(db.sql, hostId, 3, { a: 'pass', b: 'pass' })
    await db.sql`update transactions set occurred_at = ${scanTime(2)} where scan_id = ${second.scanId}`
    await db.sql`update host_rule_state set last_checked_at = ${scanTime(2)} where host_id = ${hostId}`
    const alone = await worseHost()
    expect(retriedIn(await handle(deps, bodyOf(first), bodyOf(second), bodyOf(alone)))).toEqual([])
    const warning = { level: 'WARN', hostId, completedAt: scanTime(2).toISOString() }
    expect(deps.output.lines.filter(({ message }) => message === 'scans at the same time')).toMatchObject([
      { ...warning, scanId: first.scanId, otherScanId: second.scanId },
      { ...warning, scanId: second.scanId, otherScanId: first.scanId },
    ])
  })

  it('the drift function tells of a drift once, however often its message comes', async () => {
    await using deps = driftEnvironment(db, deadLetters.reject)
    const body = bodyOf(await worseHost())
    await handle(deps, body, body)
    await handle(deps, body)
    expect(deps.output.lines.filter(({ message }) => message === 'drift detected')).toHaveLength(1)
    const majors = deps.output.lines.map((line) => line[DRIFT_METRICS.majorWorsenings])
    expect(majors.filter((count) => count !== undefined)).toEqual([1])
  })

  it('the drift function refuses an event that is not of SQS', async () => {
    await using deps = driftEnvironment(db, deadLetters.reject)
    await expect(createDriftHandler(deps)({ hostIds: [] }, lambdaContext())).rejects.toThrow()
    expect(await handle(deps)).toEqual({ batchItemFailures: [] })
  })
})

describe('when something is away', () => {
  it('the drift function loses nothing and reports nothing twice when the database goes away in mid-batch', async () => {
    let isFirst = true
    // The events are inserted, and before they are committed the session is ended.
    const lostBeforeCommit = (database: Database): Database => ({
      ...database,
      until: (deadline) => ({
        transaction: (kind, body) =>
          database.until(deadline).transaction(kind, async (tx, lost) => {
            const result = await body(tx, lost)
            if (kind === 'write' && isFirst) {
              isFirst = false
              const [session] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`
              await db.sql`select pg_terminate_backend(${session.pid}, 10000)`
            }
            return result
          }),
      }),
    })
    await using deps = driftEnvironment(db, deadLetters.reject, lostBeforeCommit)
    const [worse, stable] = [await worseHost(), await stableHost()]
    const bodies = ['wrong', bodyOf(worse), bodyOf(stable)]

    expect(retriedIn(await handle(deps, ...bodies))).toEqual(['m1', 'm2'])
    expect(await deadLetters.received()).toMatchObject([{ body: 'wrong', reason: 'malformed_json' }])
    expect(await eventsOf(worse)).toBe(0)
    expect(deps.output.lines.filter(({ message }) => message === 'drift detected')).toEqual([])
    expect(deps.output.lines.find((line) => '_aws' in line)).toMatchObject({
      [FUNCTION_METRICS.faults]: 1,
      [FUNCTION_METRICS.databaseUnreachable]: 1,
      [DRIFT_METRICS.retried]: 2,
    })

    expect(retriedIn(await handle(deps, bodyOf(worse), bodyOf(stable)))).toEqual([])
    expect(await eventsOf(worse)).toBe(1)
    expect(deps.output.lines.filter(({ message }) => message === 'drift detected')).toHaveLength(1)
  })

  it('the drift function has all scans retried while nobody can sign in to the database, and judges them after', async () => {
    await using own = await freshDatabase()
    await using deps = driftEnvironment(own, deadLetters.reject)
    const hostId = await addHost(own.sql)
    const scan = await scanned(own.sql, hostId, 1, { a: 'pass' })
    await own.sql.unsafe(`alter database ${own.owner.database} connection limit 0`)
    expect(retriedIn(await handle(deps, bodyOf(scan), bodyOf(scan)))).toEqual(['m0', 'm1'])
    await own.sql.unsafe(`alter database ${own.owner.database} connection limit -1`)
    expect(retriedIn(await handle(deps, bodyOf(scan), bodyOf(scan)))).toEqual([])
  })

  it('the drift function has a wrong message retried alone when the dead-letter queue does not take it', async () => {
    const fault = new Error('no dead-letter queue today')
    await using deps = driftEnvironment(db, () => Promise.reject(fault))
    const worse = await worseHost()
    expect(retriedIn(await handle(deps, 'wrong', bodyOf(worse)))).toEqual(['m0'])
    expect(await eventsOf(worse)).toBe(1)
    expect(deps.output.lines).toContainEqual(
      expect.objectContaining({ level: 'ERROR', error: expect.objectContaining({ message: fault.message }) }),
    )
  })
})
