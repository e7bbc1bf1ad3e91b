import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findFiles } from '../../../cli/scan/find-files.ts'
import { importFiles } from '../../../cli/scan/import-files.ts'
import { importResults } from '../../../cli/scan/import-results.ts'
import type { Queue } from '../../../infra/local/emulators/sqs/queues.ts'
import { hdfFile } from '../../support/hdf-file.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { inPieces } from '../../support/read-scan.ts'
import { ROOT } from '../../support/repository.ts'
import { type Sqs, startSqsWithClient } from '../../support/servers/sqs.ts'
import { testResult } from '../../support/xccdf-file.ts'

let sqs: Sqs
let db: TestDatabase
let queue: Queue
let root: string
beforeAll(async () => {
  sqs = await startSqsWithClient()
})
afterAll(() => sqs[Symbol.asyncDispose]())
beforeEach(async () => {
  db = await freshDatabase()
  ;({ queue } = await sqs.createQueue())
  root = mkdtempSync(join(tmpdir(), 'fleet-awareness-results-'))
})
afterEach(async () => {
  rmSync(root, { recursive: true, force: true })
  await db[Symbol.asyncDispose]()
})

const addHost = (hostname: string, address: string) =>
  db.sql`insert into hosts (hostname, ip_address, port) values (${hostname}, ${address}, 22)`

function leave(files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

/** Imports all that is in the folder, and returns what was written, without ids and the name of the folder. */
async function importAll(host?: string) {
  const lines: string[] = []
  const tell = (line: string): void => {
    lines.push(line.replaceAll(`${root}/`, '').replace(/ \([0-9a-f-]{36}\), scan [0-9a-f-]{36}/, ''))
  }
  const deps = {
    sql: () => db.sql,
    queue: () => ({ client: sqs.client, url: queue.url }),
    now: () => new Date(),
    note: tell,
  }
  const files = findFiles([root]).map((file) => ({
    ...file,
    host,
    scanId: undefined,
    completedAt: undefined,
    open: () => inPieces(readFileSync(file.path)),
  }))
  const failure = await importFiles(deps, { out: tell, err: tell }, files, (file, note) =>
    importResults({ ...deps, note }, file),
  ).then(
    () => null,
    (error: unknown) => error,
  )
  return { lines, failure }
}

const scan = (endTime: string, result: string, target = 'web-01'): string =>
  testResult({ endTime, target, rules: [{ id: 'r', result }] })
const own = (host: string): string =>
  JSON.stringify({
    host,
    completed_at: '2025-03-01T10:00:00Z',
    results: [{ rule_id: 'r', status: 'fail', severity: 'high', evidence: { seen: 'x' } }],
  })

describe('several files', () => {
  test('files of any format, compressed or not, each find their host by folder or content', async () => {
    await addHost('web-01', '192.0.2.1')
    await addHost('web-02', '192.0.2.2')
    await addHost('web-03', '192.0.2.3')
    leave({
      'a.xml.gz': gzipSync(scan('2025-03-01T10:00:00Z', 'pass')),
      'b.json': own('192.0.2.2'),
      'web-03/c.json': hdfFile([{ id: 'c' }, { id: 'd' }]),
      'web-03/report.html': '<html/>',
    })
    expect(await importAll()).toEqual({
      failure: null,
      lines: [
        'reading 3 files',
        '[1/3] a.xml.gz: web-01: 1 rules recorded, 1 new, 0 changed, 0 re-graded, announced',
        '[2/3] b.json: web-02: 1 rules recorded, 1 new, 0 changed, 0 re-graded, announced',
        '[3/3] web-03/c.json: web-03: 2 rules recorded, 2 new, 0 changed, 0 re-graded, announced',
        '3 files: 3 recorded',
      ],
    })
    const rows = await db.sql`
      select hostname, rule_id, current_status, severity, evidence from host_rule_state join hosts on id = host_id
      order by hostname, rule_id`
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['web-01', 'r', 'pass', 'medium', null],
      ['web-02', 'r', 'fail', 'high', { seen: 'x' }],
      ['web-03', 'c', 'pass', 'medium', null],
      ['web-03', 'd', 'pass', 'medium', null],
    ])
    const sent = new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10 })
    expect((await sqs.client.send(sent)).Messages).toHaveLength(3)
  })

  test('files of one host are recorded in the order of their scans, and again are counted, not refused', async () => {
    await addHost('web-01', '192.0.2.1')
    leave({
      '1.xml': scan('2025-03-03T10:00:00Z', 'fail'),
      '2.xml': scan('2025-03-01T10:00:00Z', 'fail'),
      '3.xml': scan('2025-03-02T10:00:00Z', 'pass'),
    })
    const { lines, failure } = await importAll('web-01')
    expect(failure).toBe(null)
    expect(lines.slice(1)).toEqual([
      '[1/3] 2.xml: web-01: 1 rules recorded, 1 new, 0 changed, 0 re-graded, announced',
      '[2/3] 3.xml: web-01: 1 rules recorded, 0 new, 1 changed, 0 re-graded, announced',
      '[3/3] 1.xml: web-01: 1 rules recorded, 0 new, 1 changed, 0 re-graded, announced',
      '3 files: 3 recorded',
    ])
    leave({ '0.xml': scan('2025-02-01T10:00:00Z', 'pass') })
    const again = await importAll('web-01')
    expect(again.failure).toBe(null)
    expect(again.lines.at(-1)).toMatch(/^4 files: 3 recorded before, 1 older than what is recorded$/)
  })

  test('files that are refused do not stop the others, and are named with the reason', async () => {
    await addHost('web-01', '192.0.2.1')
    leave({
      'bad.xml': scan('2025-03-01T10:00:00Z', 'pass').slice(0, -5),
      'good.xml': scan('2025-03-01T10:00:00Z', 'pass'),
      'nan.json': hdfFile([{ id: 'c' }]).replace('0.5', 'NaN'),
      'strange.xml': scan('2025-03-01T11:00:00Z', 'pass', 'web-99'),
    })
    const { lines, failure } = await importAll()
    expect(failure).toMatchObject({ name: 'UserError', lines: ['3 of 4 files were refused'] })
    expect(lines).toEqual([
      'reading 4 files',
      expect.stringMatching(/^bad\.xml: ends too early/),
      'nan.json: contains NaN, which is no number in JSON',
      '[1/2] good.xml: web-01: 1 rules recorded, 1 new, 0 changed, 0 re-graded, announced',
      'strange.xml: no host of the fleet is web-99: give --host',
      '4 files: 1 recorded, 3 refused',
    ])
  })

  test('several files stop at a fault that no file is to blame for', async () => {
    await addHost('web-01', '192.0.2.1')
    leave({ '1.xml': scan('2025-03-01T10:00:00Z', 'pass'), '2.xml': scan('2025-03-02T10:00:00Z', 'pass') })
    queue = { ...queue, url: `${queue.url}-gone` }
    const { lines, failure } = await importAll()
    expect(failure).toMatchObject({ name: 'RefusedError' })
    expect(lines).toEqual(['reading 2 files'])
  })
})

test('results that fit two hosts with the same name are refused', async () => {
  await addHost('web-01', '192.0.2.1')
  await addHost('WEB-01', '192.0.2.2')
  leave({ 'a.xml': scan('2025-03-01T10:00:00Z', 'pass'), 'b.json': own('web-01') })
  expect((await importAll()).lines.slice(1)).toEqual([
    expect.stringMatching(/^a\.xml: the results fit more than one host, WEB-01 \(192\.0\.2\.2\), web-01/),
    expect.stringMatching(/^b\.json: "web-01" is more than one host: give the id/),
    '2 files: 2 refused',
  ])
})

test('a real file of each format that the project has is imported by one command', async () => {
  await addHost('web-1.example.org', '192.0.2.10')
  leave({
    'a.xml': readFileSync(join(ROOT, 'test/fixtures/xccdf/xccdf-results.xml')),
    'b.json': readFileSync(join(ROOT, 'test/fixtures/hdf/inspec-overlay.json')),
  })
  expect((await importAll()).lines.at(-1)).toBe('2 files: 2 recorded')
})
