import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { handler } from '../../../functions/migrate/handler.ts'
import { type Connection, connect } from '../../../shared/db/client.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { ROOT } from '../../support/repository.ts'
import { logsOnLoopback } from '../../support/servers/logs-on-loopback.ts'
import { stackUrl } from '../../support/servers/stack-url.ts'

const REQUEST = {
  RequestType: 'Create',
  StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/fleet-awareness-dev/1',
  RequestId: 'request-1',
  LogicalResourceId: 'MigrationsDone',
  ResourceProperties: { ServiceToken: 'arn', ProbeIntervalSeconds: '120', HostsPerSchedule: '50' },
}

vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

let taskRoot: string

beforeEach(() => {
  taskRoot = mkdtempSync(join(tmpdir(), 'task-root-'))
  cpSync(join(ROOT, 'migrations'), join(taskRoot, 'migrations'), { recursive: true })
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(taskRoot, { recursive: true })
})

function deployedTo(database: Connection, further: Record<string, string> = {}): void {
  const environment = {
    STAGE: 'test',
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_NAME: database.database,
    DATABASE_USER: database.username,
    DATABASE_AUTH: 'password',
    DATABASE_PASSWORD: String(database.password),
    LAMBDA_TASK_ROOT: taskRoot,
    ...further,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

describe('the migrate function', () => {
  it('the migrate function applies the migrations that lie beside its bundle and starts a new database with the policy of its stage', async () => {
    await using db = await freshDatabase('template1')
    await using stack = await stackUrl()
    deployedTo(db.owner)
    await handler({ ...REQUEST, ResponseURL: stack.url })
    expect(stack.received).toMatchObject([
      {
        body: {
          Status: 'SUCCESS',
          Reason: expect.stringMatching(/^applied 1, 2, /),
          StackId: REQUEST.StackId,
          RequestId: 'request-1',
          LogicalResourceId: 'MigrationsDone',
        },
      },
    ])
    expect(await db.sql`select probe_interval_seconds, hosts_per_schedule from policy`).toEqual([
      { probe_interval_seconds: 120, hosts_per_schedule: 50 },
    ])
  })

  it('the migrate function says which parameters of the server need a reboot, and migrates all the same', async () => {
    await using db = await freshDatabase('template1')
    await using stack = await stackUrl()
    const [{ actual } = { actual: 0 }] = await db.sql<{ actual: number }[]>`
      select current_setting('max_locks_per_transaction')::integer as actual`
    const settings = { max_connections: 1, max_locks_per_transaction: actual + 1 }
    deployedTo(db.owner, { SERVER_PARAMETERS: JSON.stringify(settings) })
    await handler({ ...REQUEST, ResponseURL: stack.url })
    const warning = `max_locks_per_transaction is ${actual}, and the settings ask for ${actual + 1}: reboot the database`
    expect(stack.received).toMatchObject([
      {
        body: {
          Status: 'SUCCESS',
          Reason: expect.stringMatching(new RegExp(`^applied 1, .*; ${warning}$`)),
          Data: { Warnings: warning },
        },
      },
    ])
    deployedTo(db.owner, { SERVER_PARAMETERS: JSON.stringify({ max_connections: 1 }) })
    await handler({ ...REQUEST, ResponseURL: stack.url })
    expect(stack.received.at(-1)).toMatchObject({ body: { Data: { Warnings: 'none' } } })
  })

  it('the migrate function has the log group of the database expire, also before RDS has created it', async () => {
    await using db = await freshDatabase()
    await using stack = await stackUrl()
    await using logs = await logsOnLoopback()
    deployedTo(db.owner, logs.environment)
    await handler({ ...REQUEST, ResponseURL: stack.url })
    await handler({ ...REQUEST, ResponseURL: stack.url })
    const logGroupName = '/aws/rds/cluster/a/postgresql'
    expect(logs.calls).toEqual([
      ['CreateLogGroup', { logGroupName }],
      ['PutRetentionPolicy', { logGroupName, retentionInDays: 90 }],
      ['CreateLogGroup', { logGroupName }],
      ['PutRetentionPolicy', { logGroupName, retentionInDays: 90 }],
    ])
    expect(stack.received).toMatchObject([
      { body: { Status: 'SUCCESS', Data: { Warnings: 'none' } } },
      { body: { Status: 'SUCCESS', Data: { Warnings: 'none' } } },
    ])
  })

  it('the migrate function warns that the log of the database does not expire where it cannot see to it', async () => {
    await using db = await freshDatabase()
    await using stack = await stackUrl()
    await using logs = await logsOnLoopback({ refuses: true })
    deployedTo(db.owner, logs.environment)
    await handler({ ...REQUEST, ResponseURL: stack.url })
    expect(stack.received).toMatchObject([
      {
        body: {
          Status: 'SUCCESS',
          Data: {
            Warnings: expect.stringMatching(/^the log group \/aws\/rds\/cluster\/a\/postgresql keeps/),
          },
        },
      },
    ])
  })

  it.each([
    ['a stack that had another database before', 'Update', 'old.example.com:5432/awareness', ''],
    ['a stack that is new', 'Create', undefined, ''],
    ['a stack that had this database before', 'Update', 'new.example.com:5432/awareness', 'cafe'],
  ])(
    'the migrate function of %s has schedules written again where they may differ',
    async (_what, RequestType, before, kept) => {
      await using db = await freshDatabase()
      await using stack = await stackUrl()
      await db.sql`insert into probe_schedules (name, spec_hash) values ('a', 'cafe')`
      deployedTo(db.owner)
      await handler({
        ...REQUEST,
        RequestType,
        ResourceProperties: { ...REQUEST.ResourceProperties, Database: 'new.example.com:5432/awareness' },
        ...(before === undefined ? {} : { OldResourceProperties: { Database: before } }),
        ResponseURL: stack.url,
      })
      expect(stack.received).toMatchObject([{ body: { Status: 'SUCCESS' } }])
      expect(await db.sql`select spec_hash from probe_schedules`).toEqual([{ spec_hash: kept }])
    },
  )

  it('the migrate function leaves the policy to the operators at every later deploy', async () => {
    await using db = await freshDatabase()
    await using stack = await stackUrl()
    await db.sql`update policy set probe_interval_seconds = 600`
    deployedTo(db.owner)
    await handler({ ...REQUEST, RequestType: 'Update', PhysicalResourceId: 'steady', ResponseURL: stack.url })
    expect(stack.received).toMatchObject([
      {
        body: { Status: 'SUCCESS', PhysicalResourceId: 'steady', Reason: expect.stringMatching(/already$/) },
      },
    ])
    expect(await db.sql`select probe_interval_seconds from policy`).toEqual([{ probe_interval_seconds: 600 }])
  })

  it('the migrate function fails the deploy with the reason, and leaves the database as it was, when a migration fails', async () => {
    await using db = await freshDatabase('template1')
    await using stack = await stackUrl()
    deployedTo(db.owner)
    writeFileSync(join(taskRoot, 'migrations/999.do.broken.sql'), 'create table half (id int); select 1/0;')
    await handler({ ...REQUEST, ResponseURL: stack.url })
    expect(stack.received).toMatchObject([
      {
        body: {
          Status: 'FAILED',
          Reason: expect.stringMatching(/^Migrations failed, .*: 999\.do\.broken\.sql: division by zero/),
        },
      },
    ])
    expect(await db.sql`select to_regclass('hosts') as hosts`).toEqual([{ hosts: null }])
  })

  it("the migrate function fails the deploy naming the columns when the scanner's tables do not fit", async () => {
    await using db = await freshDatabase('template1')
    await using stack = await stackUrl()
    deployedTo(db.owner)
    await db.sql.unsafe('create table hosts (id uuid primary key, hostname text, ip_address text)')
    await handler({ ...REQUEST, ResponseURL: stack.url })
    expect(stack.received[0]?.body).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('hosts.ip_address is text (needed as inet)'),
    })
  })

  it.each([
    [
      'a database that nobody answers for',
      { DATABASE_PORT: '1' },
      /the database does not answer: .*security group/,
    ],
    ['a wrong password', { DATABASE_PASSWORD: 'wrong' }, /\(28P01\): the password of this user is wrong/],
    ['a database that is not there', { DATABASE_NAME: 'nowhere' }, /\(3D000\): create the database first/],
    [
      'an environment with holes',
      { DATABASE_HOST: '', DATABASE_USER: '' },
      /DATABASE_HOST: .*DATABASE_USER: /,
    ],
  ])('the migrate function says what to do about %s', async (_, wrong, sentence) => {
    await using db = await freshDatabase('template1')
    await using stack = await stackUrl()
    deployedTo(db.owner, wrong)
    await handler({ ...REQUEST, ResponseURL: stack.url })
    expect(stack.received).toMatchObject([
      { body: { Status: 'FAILED', Reason: expect.stringMatching(sentence) } },
    ])
  })

  it('the migrate function sets the passwords of the roles where they do not sign in by IAM', async () => {
    await using db = await freshDatabase()
    await using stack = await stackUrl()
    // Roles belong to the server, and other tests sign in as these: the password stays the one they know.
    deployedTo(db.owner, { PROBE_PASSWORD: 'awareness_probe' })
    await handler({ ...REQUEST, RequestType: 'Update', ResponseURL: stack.url })
    expect(stack.received[0]?.body.Status).toBe('SUCCESS')
    const probe = connect(db.as('awareness_probe'))
    expect(await probe`select current_user`).toEqual([{ current_user: 'awareness_probe' }])
    await probe.end()
    const wrong = connect({ ...db.as('awareness_probe'), password: 'another' })
    await expect(wrong`select 1`).rejects.toMatchObject({ code: '28P01' })
    await wrong.end()
  })

  it('the migrate function deletes nothing from the database when the stack is deleted', async () => {
    await using db = await freshDatabase()
    await using stack = await stackUrl()
    deployedTo({ ...db.owner, port: 1 })
    await handler({ ...REQUEST, RequestType: 'Delete', ResponseURL: stack.url })
    expect(stack.received).toMatchObject([{ body: { Status: 'SUCCESS' } }])
    expect(await db.sql`select count(*)::int as rows from policy`).toEqual([{ rows: 1 }])
  })

  it('the migrate function answers as the signature of the URL demands, and again when the first attempts are refused', async () => {
    await using stack = await stackUrl(2)
    await handler({ ...REQUEST, RequestType: 'Delete', ResponseURL: stack.url })
    expect(stack.received).toHaveLength(1)
    expect(stack.received[0]?.contentType ?? '').toBe('')
  })

  it('the migrate function logs what it could not tell CloudFormation', async () => {
    await using stack = await stackUrl(99)
    await expect(handler({ ...REQUEST, RequestType: 'Delete', ResponseURL: stack.url })).rejects.toThrow(
      /did not receive the answer .*a way to S3/,
    )
  })
})
