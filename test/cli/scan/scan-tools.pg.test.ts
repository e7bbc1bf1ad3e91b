import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, openQueue } from '../../../cli/scan/destination.ts'
import type { Queue } from '../../../infra/local/emulators/sqs/queues.ts'
import { writeEndpoints } from '../../../infra/local/endpoints.ts'
import { databaseUrl } from '../../support/fleet-command.ts'
import { hdfFile } from '../../support/hdf-file.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { ROOT } from '../../support/repository.ts'
import { type Sqs, startSqsWithClient } from '../../support/servers/sqs.ts'
import { testResult } from '../../support/xccdf-file.ts'

const FIXTURE = join(ROOT, 'test/fixtures/xccdf/xccdf-results.xml')
const HDF = join(ROOT, 'test/fixtures/hdf/inspec-overlay.json')

let sqs: Sqs
let db: TestDatabase
let queue: Queue
let deadLetters: Queue
beforeAll(async () => {
  sqs = await startSqsWithClient()
})
afterAll(() => sqs[Symbol.asyncDispose]())
beforeEach(async () => {
  db = await freshDatabase()
  ;({ queue, deadLetters } = await sqs.createQueue())
})
afterEach(() => db[Symbol.asyncDispose]())

async function addHost(hostname: string, address: string, port = 22): Promise<string> {
  const [host] = await db.sql<[{ id: string }]>`
    insert into hosts (hostname, ip_address, port) values (${hostname}, ${address}, ${port}) returning id`
  return host.id
}

type Ran = { readonly code: number; readonly out: string; readonly err: string }

/** Runs a tool as npm does, against the test's own database and queue. */
async function run(
  tool: 'import' | 'send',
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<Ran> {
  const script = join(ROOT, 'cli/scan', `${tool}.ts`)
  const child = spawn(process.execPath, [script, ...args, '--queue-url', queue.url], {
    env: {
      PATH: process.env.PATH,
      ...databaseUrl(db),
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  })
  child.stdin.on('error', () => {}) // A tool that refuses its flags does not read its input.
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: Number(code), out, err }
}

async function messages(): Promise<string[]> {
  const { Messages } = await sqs.client.send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10 }),
  )
  return (Messages ?? []).map(({ Body }) => Body ?? '')
}
const sent = async (): Promise<unknown[]> => (await messages()).map((body) => JSON.parse(body))

async function recordedRules(): Promise<number> {
  const [row] = await db.sql<[{ n: number }]>`select count(*)::int as n from host_rule_state`
  return row.n
}

describe('scan:import', () => {
  test.each(['web-1.example.org', 'WEB-1.example.org', '192.0.2.10', 'id'])(
    'scan:import records a real scan for the host %s and announces it',
    async (host) => {
      const hostId = await addHost('web-1.example.org', '192.0.2.10')
      await addHost('web-2.example.org', '192.0.2.20')
      const ran = await run('import', ['--host', host === 'id' ? hostId : host, FIXTURE])
      expect(ran).toMatchObject({ code: 0, err: '' })
      expect(ran.out).toMatch(
        /^web-1\.example\.org .*: 49 rules recorded, 49 new, 0 changed, 0 re-graded, announced\n$/,
      )
      expect(await recordedRules()).toBe(49)
      const [scan] = await db.sql`select distinct host_id, last_scan_id, last_checked_at from host_rule_state`
      expect(await sent()).toEqual([
        {
          event: 'scan.completed',
          version: 1,
          host_id: hostId,
          scan_id: scan?.last_scan_id,
          completed_at: '2025-06-02T16:55:16.000Z',
        },
      ])
      expect(scan).toMatchObject({ host_id: hostId, last_checked_at: new Date('2025-06-02T16:55:16Z') })
    },
  )

  test('scan:import takes the same file again for the same scan: announced once more, written once', async () => {
    await addHost('web-1.example.org', '192.0.2.10')
    const args = ['--host', 'web-1.example.org', FIXTURE]
    await run('import', args)
    const again = await run('import', args)
    expect(again.code).toBe(0)
    expect(again.out).toMatch(/: was recorded before, announced\n$/)
    const [first, second, ...others] = await sent()
    expect(second).toEqual(first)
    expect(others).toEqual([])
  })

  test('scan:import refuses a file that is older than what is recorded, and sends nothing', async () => {
    await addHost('web-1', '192.0.2.10')
    const newer = testResult({ endTime: '2025-03-02T10:00:00Z', rules: [{ id: 'r', result: 'pass' }] })
    const older = testResult({ endTime: '2025-03-01T10:00:00Z', rules: [{ id: 'r', result: 'fail' }] })
    expect((await run('import', ['--host', 'web-1', '-'], newer)).code).toBe(0)
    const ran = await run('import', ['--host', 'web-1', '-'], older)
    expect(ran).toEqual({
      code: 2,
      out: '',
      err: 'scan:import: this scan completed at 2025-03-01T10:00:00.000Z, and web-1 has one of 2025-03-02T10:00:00.000Z: an older scan is not taken, nothing was written\n',
    })
    expect(await messages()).toHaveLength(1)
  })

  test('scan:import records results of another machine with a note', async () => {
    await addHost('db-1', '192.0.2.99')
    const ran = await run('import', ['--host', 'db-1', FIXTURE])
    expect(ran.code).toBe(0)
    expect(ran.err).toBe(
      'note: the results are of web-1.example.org, 127.0.0.1, 192.0.2.10; recorded for db-1 192.0.2.99\n',
    )
  })

  test('scan:import makes no note of a host that is known by its IPv6 address', async () => {
    await addHost('anything', '2001:db8::10')
    const ran = await run('import', ['--host', '2001:db8::10', FIXTURE])
    expect(ran).toMatchObject({ code: 0, err: '' })
  })

  test('scan:import takes --completed-at for an end time without offset, and keeps --scan-id', async () => {
    await addHost('web-1', '192.0.2.10')
    const file = testResult({ endTime: '2025-03-01T10:00:00', rules: [{ id: 'r', result: 'pass' }] })
    expect((await run('import', ['--host', 'web-1', '-'], file)).code).toBe(2)
    const scanId = randomUUID()
    const given = ['--completed-at', '2025-03-01T12:00:00+02:00', '--scan-id', scanId]
    expect((await run('import', ['--host', 'web-1', ...given, '-'], file)).code).toBe(0)
    expect(await sent()).toMatchObject([{ scan_id: scanId, completed_at: '2025-03-01T10:00:00.000Z' }])
  })

  const GOOD = testResult({ rules: [{ id: 'r', result: 'pass' }] })
  test.each<[string, string[], string | Uint8Array, RegExp]>([
    ['no flags', [], '', /^scan:import: usage: npm run scan:import -- \[--host HOST\] FILE/],
    [
      'no host, and results of a machine that is not in the fleet',
      ['-'],
      testResult({ target: 'web-9', rules: [{ id: 'r', result: 'pass' }] }),
      /no host of the fleet is web-9: give --host/,
    ],
    ['no host, and results that name none', ['-'], hdfFile([{ id: 'c' }]), /name no machine: give --host/],
    ['no host, and results of two', ['-'], hdfFile([{ id: 'c' }], 'twin'), /fit more than one host, twin/],
    ['input beside files', ['--host', 'web-1', '-', FIXTURE], '', /standard input \(-\) is read alone/],
    ['a time for two files', ['--completed-at', '2025-03-01T10:00:00Z', FIXTURE, HDF], '', /give one file/],
    ['a pattern without files', ['nowhere/*.xml'], '', /no file matches nowhere\/\*\.xml/],
    ['an unknown flag', ['--hots', 'web-1', FIXTURE], '', /Unknown option '--hots'/],
    [
      'a file that is not there',
      ['--host', 'web-1', 'nowhere.xml'],
      '',
      /nowhere\.xml cannot be read: ENOENT/,
    ],
    [
      'a folder without results',
      ['--host', 'web-1', join(ROOT, 'migrations')],
      '',
      /has no file that ends in/,
    ],
    [
      'an unknown host',
      ['--host', 'web-9', FIXTURE],
      '',
      /no host of the fleet has the name, address or id "web-9"/,
    ],
    [
      'an ambiguous host',
      ['--host', 'twin', FIXTURE],
      '',
      /"twin" is more than one host: give the id, [\w-]+ \(twin, 192\.0\.2\.11:22\) or /,
    ],
    [
      'a scan id that is none',
      ['--host', 'web-1', '--scan-id', '7', FIXTURE],
      '',
      /--scan-id "7" is not a UUID/,
    ],
    [
      'a time that is none',
      ['--host', 'web-1', '--completed-at', 'now', FIXTURE],
      '',
      /--completed-at "now" is not a time/,
    ],
    ['NaN', ['--host', 'web-1', '-'], hdfFile([{ id: 'c' }]).replace('0.5', 'NaN'), /contains NaN/],
    [
      'a rule twice',
      ['--host', 'web-1', '-'],
      hdfFile([{ id: 'c' }, { id: 'c' }]),
      /has the control c twice/,
    ],
    [
      'a truncated gzip file',
      ['--host', 'web-1', '-'],
      gzipSync(GOOD).subarray(0, 60),
      /inside its gzip data/,
    ],
    ['a file of another kind', ['--host', 'web-1', '-'], 'hello', /neither XML nor JSON/],
    ['malformed XML', ['--host', 'web-1', '-'], GOOD.replace('</target>', ''), /not well-formed XML/],
    ['a truncated file', ['--host', 'web-1', '-'], GOOD.slice(0, -9), /ends too early/],
    ['a DOCTYPE', ['--host', 'web-1', '-'], `<!DOCTYPE x>${GOOD}`, /DOCTYPE/],
    ['another namespace', ['--host', 'web-1', '-'], GOOD.replace('1.2', '1.1'), /in the namespace .*1\.1/],
    [
      'a scan from the future',
      ['--host', 'web-1', '-'],
      GOOD.replace('2025', '2199'),
      /completed at 2199-03-01T10:00:00.000Z, which is in the future/,
    ],
  ])(
    'scan:import refuses %s in one line, with exit 2, writes nothing and sends nothing',
    async (_, args, input, message) => {
      await addHost('web-1', '192.0.2.10')
      await addHost('twin', '192.0.2.11')
      await addHost('twin', '192.0.2.12')
      const ran = await run('import', args, input)
      expect(ran.err).toMatch(message)
      expect(ran.err.trimEnd().split('\n')).toHaveLength(1)
      expect(ran).toMatchObject({ code: 2, out: '' })
      expect(await recordedRules()).toBe(0)
      expect(await messages()).toEqual([])
    },
  )

  test('scan:import records a scan while the queue is away, with exit 1, and the same again completes it', async () => {
    await addHost('web-1.example.org', '192.0.2.10')
    const args = ['--host', 'web-1.example.org', FIXTURE]
    const { url } = queue
    queue = { ...queue, url: `${url}-gone` }
    const ran = await run('import', args)
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toMatch(/^scan:import: recorded, but not announced: run it again \(.*\)\n$/)
    queue = { ...queue, url }
    expect((await run('import', args)).out).toMatch(/was recorded before, announced/)
    expect(await messages()).toHaveLength(1)
  })
})

describe('scan:send', () => {
  test('scan:send announces any scan, also one that is not there, without a database', async () => {
    const ids = { host: randomUUID(), scan: randomUUID() }
    const at = '2025-03-01T10:00:00Z'
    const ran = await run('send', ['--host', ids.host, '--scan-id', ids.scan, '--completed-at', at])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(await sent()).toEqual([
      {
        event: 'scan.completed',
        version: 1,
        host_id: ids.host,
        scan_id: ids.scan,
        completed_at: '2025-03-01T10:00:00.000Z',
      },
    ])
  })

  test('scan:send announces the newest scan of a host once more', async () => {
    await addHost('web-1.example.org', '192.0.2.10')
    await run('import', ['--host', 'web-1.example.org', FIXTURE])
    expect((await run('send', ['--host', '192.0.2.10'])).code).toBe(0)
    const [imported, again] = await sent()
    expect(again).toEqual(imported)
  })

  test.each(['{"event": 1', 'hello', '{"event":"scan.completed"}'])(
    'scan:send sends the body %j as it is',
    async (body) => {
      expect((await run('send', ['--body', body])).code).toBe(0)
      expect(await messages()).toEqual([body])
    },
  )

  test.each<[string, string[], RegExp]>([
    ['no flags', [], /^scan:send: usage: npm run scan:send -- \(--host HOST \| --body TEXT\)/],
    ['a body and a host', ['--body', '{}', '--host', 'web-1'], /--body is the whole message/],
    ['an empty body', ['--body', ''], /--body must not be empty/],
    ['an unknown host', ['--host', 'web-9'], /no host of the fleet/],
    ['a host that was never scanned', ['--host', 'web-1'], /no scan of web-1 is recorded: give --scan-id/],
    ['a scan id that is none', ['--host', 'web-1', '--scan-id', 'x'], /--scan-id "x" is not a UUID/],
    ['a time that is none', ['--host', 'web-1', '--completed-at', '10:00'], /is not a time/],
    ['a word too many', ['web-1'], /Unexpected argument 'web-1'/],
  ])('scan:send refuses %s in one line, with exit 2, and sends nothing', async (_, args, message) => {
    await addHost('web-1', '192.0.2.10')
    const ran = await run('send', args)
    expect(ran.err).toMatch(message)
    expect(ran.err.trimEnd().split('\n')).toHaveLength(1)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(await messages()).toEqual([])
  })
})

describe('where the tools go', () => {
  let stateFolder: string
  beforeEach(() => {
    stateFolder = mkdtempSync(join(tmpdir(), 'fleet-awareness-state-'))
  })
  afterEach(() => rmSync(stateFolder, { recursive: true, force: true }))

  const leaveEndpoints = (withDatabase = true): void => {
    const { host, port, database, username, password } = db.owner
    writeEndpoints(stateFolder, {
      pid: process.pid,
      database: withDatabase ? { host, port, database, username, password: String(password) } : null,
      sqs: { endpoint: sqs.endpoint, queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url },
    })
  }

  test('the scan tools go to the running product without any setting', async () => {
    leaveEndpoints()
    const whereabouts = { env: {}, queueUrl: undefined, stateFolder }
    const sql = openDatabase(whereabouts)
    expect(await sql`select current_database() as name`).toEqual([{ name: db.owner.database }])
    await sql.end()
    const opened = openQueue(whereabouts)
    expect(opened.url).toBe(queue.url)
    const attributes = { QueueUrl: opened.url, AttributeNames: ['QueueArn' as const] }
    expect((await opened.client.send(new GetQueueAttributesCommand(attributes))).Attributes?.QueueArn).toBe(
      queue.arn,
    )
    opened.client.destroy()
  })

  test('the scan tools go nowhere when nothing runs and nothing was given', () => {
    const whereabouts = { env: {}, queueUrl: undefined, stateFolder }
    expect(() => openDatabase(whereabouts)).toThrow('no database: is the product running (npm start)?')
    expect(() => openQueue(whereabouts)).toThrow('no queue: is the product running (npm start)?')
  })

  test('a running product that was given a DATABASE_URL keeps it from the scan tools', () => {
    leaveEndpoints(false)
    expect(() => openDatabase({ env: {}, stateFolder })).toThrow('set the same here')
    expect(readFileSync(join(stateFolder, 'endpoints.json'), 'utf8')).not.toContain(String(db.owner.password))
  })

  test("the scan tools go to an account's queue in the region of its URL", async () => {
    leaveEndpoints()
    const url = 'https://sqs.eu-central-1.amazonaws.com/123456789012/scan-completed'
    const opened = openQueue({ env: {}, queueUrl: url, stateFolder })
    expect(opened.url).toBe(url)
    expect(await opened.client.config.region()).toBe('eu-central-1')
    opened.client.destroy()
  })
})
