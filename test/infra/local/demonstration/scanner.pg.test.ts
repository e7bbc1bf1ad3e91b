import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { judgeScans } from '../../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../../functions/runtime/drift-ports.ts'
import { startDemonstrationScanner } from '../../../../infra/local/demonstration/scanner.ts'
import { demonstrationScan, isScannedInDemonstration } from '../../../../infra/local/demonstration/scans.ts'
import { SCRIPTS } from '../../../../infra/local/demonstration/scripts.ts'
import { startEventSource } from '../../../../infra/local/emulators/event-source/event-source.ts'
import { openDatabase } from '../../../../shared/db/transaction.ts'
import { complianceScore, DRIFT_KINDS, type DriftKind } from '../../../../shared/domain/drift.ts'
import { addHost } from '../../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../../support/postgres/database.ts'
import { type Sqs, startSqsWithClient } from '../../../support/servers/sqs.ts'

let db: TestDatabase
let sqs: Sqs
beforeAll(async () => {
  db = await freshDatabase()
  sqs = await startSqsWithClient()
})
afterAll(async () => {
  await sqs[Symbol.asyncDispose]()
  await db[Symbol.asyncDispose]()
})

test('a round is 80 %, 80 %, 75 %, 65 %, and 80 % again', () => {
  const scores = Array.from({ length: 6 }, (_, n) => {
    const statuses = demonstrationScan(n).map(({ status }) => status)
    const passed = statuses.filter((status) => status === 'pass').length
    return complianceScore({ passed, failed: statuses.length - passed })
  })
  expect(scores).toEqual([80, 80, 75, 65, 80, 80])
})

test('eight hosts of the demonstration are scanned, and the web servers are left for scans of one’s own', () => {
  const scanned = SCRIPTS.map(({ name }) => name).filter(isScannedInDemonstration)
  expect(scanned).toHaveLength(8)
  expect(scanned.filter((name) => name.startsWith('web'))).toEqual([])
})

test('in the second turn over its hosts all four kinds of drift are judged', async () => {
  const { queue } = await sqs.createQueue()
  const database = openDatabase(db.as('awareness_drift'))
  const kinds: DriftKind[] = []
  const faults: unknown[] = []
  const source = startEventSource({
    client: sqs.client,
    queue,
    concurrency: 1,
    batchSize: 1,
    onFault: (message, cause) => faults.push(message, cause),
    invoke: async ({ Records }) => {
      const scans = Records.map(({ body }) => JSON.parse(body)).map((message) => ({
        hostId: message.host_id,
        scanId: message.scan_id,
        completedAtMs: Date.parse(message.completed_at),
      }))
      for (const outcome of await judgeScans(driftPorts(database), scans)) {
        if (outcome.outcome === 'judged' && outcome.verdict.notComparable === null) {
          kinds.push(outcome.verdict.kind)
        }
      }
    },
  })
  const hostIds = await Promise.all(Array.from({ length: 4 }, () => addHost(db.sql)))
  const scanner = startDemonstrationScanner({
    sql: db.sql,
    queue: { client: sqs.client, url: queue.url },
    hostIds,
    now: () => new Date(),
    everyMs: 5,
    onFault: (message, cause) => faults.push(message, cause),
  })
  await vi.waitFor(() => expect(kinds.length).toBeGreaterThanOrEqual(4), { timeout: 60_000 })
  await scanner.stop()
  await source.stop()
  await database.close()
  expect(faults).toEqual([])
  expect(kinds.slice(0, 4)).toEqual(['stable', 'minor_worsening', 'major_worsening', 'improvement'])
  expect(new Set(kinds)).toEqual(new Set(DRIFT_KINDS))
})

test('it goes on after a fault, and stops when told to', async () => {
  const faults: string[] = []
  const scanner = startDemonstrationScanner({
    sql: db.sql,
    queue: { client: sqs.client, url: `${sqs.endpoint}/000000000000/nowhere` },
    hostIds: [await addHost(db.sql)],
    now: () => new Date(),
    everyMs: 5,
    onFault: (message) => faults.push(message),
  })
  await vi.waitFor(() => expect(faults.length).toBeGreaterThan(1), { timeout: 60_000 })
  await scanner.stop()
})
