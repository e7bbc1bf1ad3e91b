import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { handler } from '../../../functions/migrate/handler.ts'
import { iamPassword } from '../../../shared/aws/database-token.ts'
import { type Connection, connect } from '../../../shared/db/client.ts'
import { functionSignIns } from '../../../shared/domain/functions.ts'
import { type RdsLikeServer, startRdsLikeServer } from '../../support/postgres/rds-like-server.ts'
import { ROOT } from '../../support/repository.ts'
import { type SecretsEndpoint, secretsEndpoint } from '../../support/servers/secrets-endpoint.ts'
import { stackUrl } from '../../support/servers/stack-url.ts'

vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
})

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:owner-AbCdEf'
const PASSWORD = 'made with the cluster'
/** As shared/db/migrate.ts has it. */
const MIGRATION_LOCK = '6297154211092733271'
const REQUEST = {
  RequestType: 'Update',
  PhysicalResourceId: 'steady',
  StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/fleet-awareness-dev/1',
  RequestId: 'request-1',
  LogicalResourceId: 'MigrationsDone',
  ResourceProperties: { ServiceToken: 'arn', ProbeIntervalSeconds: '120', HostsPerSchedule: '50' },
}

let server: RdsLikeServer
let secrets: SecretsEndpoint
let owner: Connection
let taskRoot: string

beforeAll(async () => {
  server = await startRdsLikeServer()
  secrets = await secretsEndpoint({
    [SECRET_ARN]: JSON.stringify({ username: 'awareness_owner', password: PASSWORD, port: 5432 }),
  })
})

afterAll(async () => {
  await secrets[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

beforeEach(async () => {
  // Tokens tell when they were signed: with a clock that stands there is only one.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T12:00:00Z') })
  taskRoot = mkdtempSync(join(tmpdir(), 'task-root-'))
  cpSync(join(ROOT, 'migrations'), join(taskRoot, 'migrations'), { recursive: true })
  await server.superuser.unsafe(`create role awareness_owner login createrole password '${PASSWORD}'`)
  await server.superuser`create database awareness owner awareness_owner`
  owner = { ...server.admin, database: 'awareness', username: 'awareness_owner', password: PASSWORD }
  const environment = {
    STAGE: 'test',
    DATABASE_HOST: owner.host,
    DATABASE_PORT: String(owner.port),
    DATABASE_NAME: owner.database,
    DATABASE_USER: owner.username,
    DATABASE_AUTH: 'iam_or_secret',
    DATABASE_SECRET_ARN: SECRET_ARN,
    DATABASE_SECRET_FIELD: 'password',
    LAMBDA_TASK_ROOT: taskRoot,
    ...secrets.env,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
})

afterEach(async () => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  rmSync(taskRoot, { recursive: true })
  await server.superuser`drop database awareness with (force)`
  const roles = await server.superuser<{ name: string }[]>`
    select rolname as name from pg_roles where rolname like 'awareness%'`
  for (const { name } of roles) await server.superuser.unsafe(`drop role ${name}`)
})

async function deploy(): Promise<Record<string, string>> {
  await using stack = await stackUrl()
  await handler({ ...REQUEST, ResponseURL: stack.url })
  return stack.received[0]?.body ?? {}
}

/** The first deploy: the owner has its password, and RDS lets it grant rds_iam although it is no member. */
async function firstDeploy(): Promise<Record<string, string>> {
  const held = connect({ ...server.admin, database: 'awareness' })
  // It holds the lock of migrations, so that the owner has signed in before it may grant anything.
  await held`select pg_advisory_lock(${MIGRATION_LOCK}::bigint)`
  const deployed = deploy()
  const waiting = () =>
    held`select pid from pg_stat_activity where usename = 'awareness_owner' and wait_event = 'advisory'`
  await expect.poll(waiting, { timeout: 30_000 }).toHaveLength(1)
  let answer: Record<string, string> = {}
  await server.mayGrantRdsIam('awareness_owner', async () => {
    await held.end()
    answer = await deployed
  })
  return answer
}

/** From now on RDS takes nothing but this from the owner, where it is a member of rds_iam. */
async function expectToken(): Promise<void> {
  const token = await iamPassword({ ...owner, region: 'eu-central-1' })()
  await server.superuser.unsafe(`alter role awareness_owner password '${token}'`)
}

const addMigration = (): void =>
  writeFileSync(join(taskRoot, 'migrations/998.do.later.sql'), 'create table later (id int)')

describe('the owner of a database whose server wants tokens from members of rds_iam', () => {
  it('the owner of a database on a server with rds_iam becomes a member by the first migrations, and loses its password sign-in', async () => {
    expect(await firstDeploy()).toMatchObject({
      Status: 'SUCCESS',
      Reason: expect.stringMatching(/^applied 1, /),
    })
    await expectToken()
    const byPassword = connect(owner)
    await expect(byPassword`select 1`).rejects.toMatchObject({ code: '28P01' })
    await byPassword.end()
  })

  it('the owner of a database on a server with rds_iam migrates by token from then on, where one that has only its password cannot', async () => {
    await firstDeploy()
    await expectToken()
    addMigration()
    vi.stubEnv('DATABASE_AUTH', 'password')
    vi.stubEnv('DATABASE_PASSWORD', PASSWORD)
    expect(await deploy()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('(28P01)') })
    vi.stubEnv('DATABASE_AUTH', 'iam_or_secret')
    expect(await deploy()).toMatchObject({ Status: 'SUCCESS', Reason: 'applied 998' })
  })

  it('the owner of a database on a server with rds_iam reads its password at run time, by the ARN of the secret, and only where a token is refused', async () => {
    const readBefore = secrets.reads.length
    await firstDeploy()
    expect(secrets.reads.slice(readBefore)).toEqual([{ SecretId: SECRET_ARN }])
    await expectToken()
    expect(await deploy()).toMatchObject({ Status: 'SUCCESS' })
    expect(secrets.reads.slice(readBefore)).toHaveLength(1)
  })

  it('the owner of a database on a server with rds_iam is told both refusals where the server takes neither', async () => {
    await server.superuser`alter role awareness_owner password 'changed by hand'`
    const { Status, Reason } = await deploy()
    expect(Status).toBe('FAILED')
    expect(Reason).toMatch(
      /with a token: password authentication failed.*; then, with the password: password auth.*\(28P01\)/,
    )
  })

  it('the owner of a database on a server with rds_iam is not made a member while it has nothing but a password: nothing is changed, and the reason is told', async () => {
    vi.stubEnv('DATABASE_AUTH', 'password')
    vi.stubEnv('DATABASE_PASSWORD', PASSWORD)
    expect(await firstDeploy()).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /awareness_owner could no longer sign in with its password: .* Let this user sign in by IAM/,
      ),
    })
    const still = connect(owner)
    expect(await still`select to_regclass('hosts') as hosts`).toEqual([{ hosts: null }])
    await still.end()
  })

  it('the owner of a database on a server with rds_iam is no member where the roles of the functions have passwords, all of them from the one secret', async () => {
    const fields = Object.fromEntries(
      functionSignIns().map(({ role, secret }) => [secret.field, `of ${role}`]),
    )
    await using whole = await secretsEndpoint({
      [SECRET_ARN]: JSON.stringify({ ...fields, owner_password: PASSWORD }),
    })
    for (const [name, value] of Object.entries(whole.env)) vi.stubEnv(name, value)
    vi.stubEnv('DATABASE_AUTH', 'secret')
    vi.stubEnv('DATABASE_SECRET_VERSION', 'version-2')
    vi.stubEnv('DATABASE_SECRET_FIELD', 'owner_password')
    expect(await firstDeploy()).toMatchObject({ Status: 'SUCCESS' })
    expect(whole.reads).toContainEqual({ SecretId: SECRET_ARN, VersionId: 'version-2' })
    for (const { role } of functionSignIns()) {
      const sql = connect({ ...owner, username: role, password: `of ${role}` })
      expect(await sql`select current_user as role`).toEqual([{ role }])
      await sql.end()
    }
    const still = connect(owner)
    expect(await still`select current_user as role`).toEqual([{ role: 'awareness_owner' }])
    await still.end()
  })

  it('the owner of a database on a server with rds_iam fails the deploy with the name of a field that the secret lacks, and shows nothing of the secret', async () => {
    vi.stubEnv('DATABASE_AUTH', 'secret')
    const { Status, Reason } = await deploy()
    expect(Status).toBe('FAILED')
    expect(Reason).toContain('the secret of the database has no text in the field probe_password')
    expect(Reason).not.toContain(PASSWORD)
  })
})
