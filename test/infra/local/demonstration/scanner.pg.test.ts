import type { SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { judgeScans } from '../../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../../functions/runtime/drift-ports.ts'
import { startDemonstrationScanner } from '../../../../infra/local/demonstration/scanner.ts'
import { demonstrationScan, isScannedInDemonstration } from '../../../../infra/local/demonstration/scans.ts'
import { SCRIPTS } from '../../../../infra/local/demonstration/scripts.ts'
import { startEventSource } from '../../../../infra/local/emulators/event-source/event-source.ts'
import { createQueueWithDeadLetters } from '../../../../infra/local/emulators/sqs/queues.ts'
import { localSqsClient, type SqsServer, startSqs } from '../../../../infra/local/emulators/sqs/server.ts'
import { openDatabase } from '../../../../shared/db/transaction.ts'
import { complianceScore, DRIFT_KINDS, type DriftKind } from '../../../../shared/domain/drift.ts'
import { freshDatabase, type TestDatabase } from '../../../support/postgres/database.ts'
import { addHost } from '../../../support/recorded-scans.ts'

let db: TestDatabase
let server: SqsServer
let client: SQSClient
beforeAll(async () => {
  db = await freshDatabase()
  server = await startSqs()
  client = localSqsClient(server.endpoint)
})
afterAll(async () => {
  client.destroy()
  await server.stop()
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
  const settings = { name: 'demonstration', visibilityTimeoutSeconds: 60, maxReceiveCount: 5 }
  const { queue } = await createQueueWithDeadLetters(client, server.endpoint, settings)
  const database = openDatabase(db.as('awareness_drift'))
  const kinds: DriftKind[] = []
  const faults: unknown[] = []
  const source = startEventSource({
    client,
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
    queue: { client, url: queue.url },
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
    queue: { client, url: `${server.endpoint}/000000000000/nowhere` },
    hostIds: [await addHost(db.sql)],
    now: () => new Date(),
    everyMs: 5,
    onFault: (message) => faults.push(message),
  })
  await vi.waitFor(() => expect(faults.length).toBeGreaterThan(1), { timeout: 60_000 })
  await scanner.stop()
})
