import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ComplianceDeps, startCompliance } from '../../../infra/local/compliance.ts'
import { localSqsClient } from '../../../infra/local/emulators/sqs/server.ts'
import { readEndpoints } from '../../../infra/local/endpoints.ts'
import { connect } from '../../../shared/db/client.ts'
import type { DriftRow } from '../../../shared/db/drift-view.ts'
import { announceScan } from '../../../shared/producer/announce-scan.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { scanned } from '../../support/recorded-scans.ts'

let db: TestDatabase
let stateFolder: string
beforeEach(async () => {
  db = await freshDatabase()
  stateFolder = mkdtempSync(join(tmpdir(), 'fleet-awareness-state-'))
})
afterEach(async () => {
  rmSync(stateFolder, { recursive: true, force: true })
  await db[Symbol.asyncDispose]()
})

const faults: unknown[] = []
const world = (scannedHosts: readonly string[] = [], isShared = false): ComplianceDeps => ({
  database: {
    owner: db.sql,
    ownerSignIn: db.owner,
    as: (role) => db.as(role),
    isShared,
    close: async () => {},
  },
  log: new Writable({ write: (_chunk, _encoding, done) => done() }),
  now: () => new Date(),
  onFault: (error) => faults.push(error),
  speed: 1,
  stateFolder,
  scannedHosts,
})

const WAIT = { timeout: 60_000, interval: 50 }

test('in the demonstration all four kinds of drift are judged by the function itself', async () => {
  const hosts = await Promise.all(Array.from({ length: 4 }, () => addHost(db.sql)))
  const run = await startCompliance(world(hosts))
  const drifts: DriftRow[] = []
  await vi.waitFor(async () => {
    const state = await run.read()
    drifts.push(...state.drifts)
    const { improvement, minor, major } = state.drifted
    expect(Math.min(improvement, minor, major), 'each kind').toBeGreaterThan(0)
    expect(state.judged - improvement - minor - major, 'stable').toBeGreaterThan(0)
  }, WAIT)
  await run.stop()
  expect(new Set(drifts.map(({ id }) => id)).size).toBe(drifts.length)
  expect(drifts.slice(0, 3)).toMatchObject([
    {
      hostId: hosts[1],
      name: 'host-1',
      driftType: 'minor',
      priorScore: 80,
      currentScore: 75,
      scoreDelta: -5,
    },
    { hostId: hosts[2], driftType: 'major', priorScore: 75, currentScore: 65, scoreDelta: -10 },
    { hostId: hosts[3], driftType: 'improvement', priorScore: 65, currentScore: 80, scoreDelta: 15 },
  ])
  expect(faults).toEqual([])
})

test('whoever finds the run by its endpoints can have scans judged; what is wrong becomes a dead letter', async () => {
  const run = await startCompliance(world())
  const endpoints = readEndpoints(stateFolder)
  if (endpoints?.database == null) throw new Error('the run told of no database')
  const sql = connect(endpoints.database)
  const client = localSqsClient(endpoints.sqs.endpoint)
  const hostId = await addHost(sql)
  await scanned(sql, hostId, 1, { a: 'pass', b: 'pass' })
  const worse = await scanned(sql, hostId, 2, { a: 'pass', b: 'fail' })
  await announceScan(client, endpoints.sqs.queueUrl, worse)
  await client.send(new SendMessageCommand({ QueueUrl: endpoints.sqs.queueUrl, MessageBody: '{' }))
  const unknown = { hostId: randomUUID(), scanId: randomUUID(), completedAt: new Date() }
  await announceScan(client, endpoints.sqs.queueUrl, unknown)

  const drifts: DriftRow[] = []
  await vi.waitFor(async () => {
    const state = await run.read()
    drifts.push(...state.drifts)
    expect(state).toMatchObject({ judged: 1, drifted: { improvement: 0, minor: 0, major: 1 } })
  }, WAIT)
  expect(drifts).toMatchObject([{ hostId, driftType: 'major', scoreDelta: -50 }])

  const letters: (readonly [string | undefined, string | undefined])[] = []
  await vi.waitFor(async () => {
    const receive = { QueueUrl: endpoints.sqs.deadLetterQueueUrl, MessageAttributeNames: ['All'] }
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(receive))
    letters.push(...Messages.map((it) => [it.Body, it.MessageAttributes?.reason?.StringValue] as const))
    expect(letters).toHaveLength(2)
  }, WAIT)
  expect(letters).toContainEqual(['{', 'malformed_json'])
  expect(letters).toContainEqual([expect.stringContaining(unknown.hostId), 'unknown_host'])

  client.destroy()
  await sql.end()
  await run.stop()
  await run.stop()
  expect(readdirSync(stateFolder)).toEqual([])
  expect(faults).toEqual([])
})

test('the sign-in of a database that others use is told to nobody', async () => {
  const run = await startCompliance(world([], true))
  expect(readEndpoints(stateFolder)?.database).toBeNull()
  await run.stop()
})
