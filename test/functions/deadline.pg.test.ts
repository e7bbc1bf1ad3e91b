import { describe, expect, it } from 'vitest'
import { createDriftHandler } from '../../functions/drift/handler.ts'
import { createFanOutHandler } from '../../functions/fan-out/handler.ts'
import { fanOut } from '../../functions/fan-out/reconcile.ts'
import { answerStack } from '../../functions/migrate/answer-stack.ts'
import { createProbeHandler } from '../../functions/probe/handler.ts'
import { fanOutPorts } from '../../functions/runtime/fan-out-ports.ts'
import { migratePorts } from '../../functions/runtime/migrate-ports.ts'
import { StackRequest } from '../../shared/contracts/stack-request.ts'
import { bodyOf, driftEnvironment, sqsEvent } from '../support/functions/drift.ts'
import { fanOutFunction } from '../support/functions/fan-out.ts'
import { type Operator, operatorOf } from '../support/functions/operate.ts'
import { environment, lambdaContext } from '../support/functions/probe.ts'
import { addHost, addHosts } from '../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres/database.ts'
import {
  freezeProcesses,
  freezeSessions,
  untilNothingIsUnderWay,
} from '../support/postgres/frozen-sessions.ts'
import { ruleSet, scanned } from '../support/recorded-scans.ts'
import { ROOT } from '../support/repository.ts'
import { startSshServer } from '../support/servers/ssh-server.ts'

/** In place of the 10 to 240 s that the functions have. */
const DEADLINE_MS = 300
/** Where the transaction is to begin before the database freezes: enough for that on a busy machine. */
const TIME_TO_BEGIN_MS = 3_000

/** Everything that a function may change. */
const contents = async ({ sql }: TestDatabase) => ({
  hosts: await sql`select id, hostname, deleted_at, updated_at from hosts order by id`,
  policy: await sql`select * from policy`,
  liveness: await sql`select * from host_liveness order by host_id`,
  schedules: await sql`select name, spec_hash from probe_schedules order by name`,
  events: await sql`select id from audit_events order by id`,
  verdicts: await sql`select host_id, scan_id from scan_verdicts order by host_id, scan_id`,
})

const DEADLINE_EXCEEDED = { name: 'DeadlineExceededError', message: `not done after ${DEADLINE_MS} ms` }

const operatorInAHurry = (db: TestDatabase, deadlineMs = DEADLINE_MS): Operator =>
  operatorOf(db, () => new Date(), deadlineMs)

const web = { address: '192.0.2.1', name: 'web', port: 22 }

describe('a function that is given up at its deadline, because the database is frozen,', () => {
  it('the probe function, given up at its deadline in front of a frozen database, has probed nothing and stored nothing after the thaw', async () => {
    await using db = await freshDatabase()
    await using server = await startSshServer()
    await using deps = environment(db)
    const hostIds = await addHosts(db.sql, 3)
    await db.sql`update hosts set port = ${server.port}`
    const probe = createProbeHandler(deps)
    await probe({ hostIds: hostIds.slice(0, 1) }, lambdaContext())

    const before = await contents(db)
    const thaw = await freezeSessions(db.sql, 'awareness_probe')
    const late = createProbeHandler(deps, DEADLINE_MS)({ hostIds }, lambdaContext())
    await expect(late).rejects.toMatchObject(DEADLINE_EXCEEDED)
    await thaw()
    await untilNothingIsUnderWay(deps.database)
    expect(await contents(db)).toEqual(before)
    // The next invocation is none the worse for it.
    expect((await probe({ hostIds }, lambdaContext())).outcomes.map(({ outcome }) => outcome)).toEqual(
      Array(3).fill('probed'),
    )
  })

  it('the fan-out, given up at its deadline in front of a frozen database, has called nothing and stored nothing after the thaw', async () => {
    await using fanOutOf = await fanOutFunction()
    const { db, deps } = fanOutOf
    await addHosts(db.sql, 3)
    await fanOutOf.run()
    await addHosts(db.sql, 3)
    fanOutOf.callsSince()

    const before = await contents(db)
    const thaw = await freezeSessions(db.sql, 'awareness_fan_out')
    await expect(createFanOutHandler(deps, DEADLINE_MS)({}, lambdaContext())).rejects.toMatchObject(
      DEADLINE_EXCEEDED,
    )
    await thaw()
    await untilNothingIsUnderWay(deps.database)
    expect(await contents(db)).toEqual(before)
    expect(fanOutOf.callsSince()).toEqual([])
    expect((await fanOutOf.run()).schedules).toMatchObject({ wanted: 6, put: 3, leftOver: 0 })
  })

  it('the fan-out, whose database freezes in the middle of its changes, makes no further call after its deadline', async () => {
    await using fanOutOf = await fanOutFunction()
    const { db, deps } = fanOutOf
    await addHosts(db.sql, 1_000)
    const deadline = new AbortController()
    const ports = fanOutPorts(deps, 'test', deadline.signal)
    let thaw = async (): Promise<void> => {}
    let callsOfBatch: string[] = []
    const freezing: typeof ports = {
      ...ports,
      remember: async (applied) => {
        callsOfBatch = fanOutOf.callsSince()
        thaw = await freezeSessions(db.sql, 'awareness_fan_out')
        setImmediate(() => deadline.abort(new Error('too late')))
        return ports.remember(applied)
      },
    }
    await expect(fanOut(freezing, { sweep: false }, deadline.signal)).rejects.toThrow('too late')
    await thaw()
    await untilNothingIsUnderWay(deps.database)
    // The first batch was marked as pending and made; its result is not stored, so that the next run repeats it.
    // The SDK repeats a call that took 5 s, as on a busy machine: such calls of the batch are no calls after the deadline.
    expect(callsOfBatch.filter((call) => call === 'CreateSchedule ok')).toHaveLength(400)
    expect(fanOutOf.callsSince()).toEqual([])
    expect(await db.sql`select distinct spec_hash from probe_schedules`).toEqual([{ spec_hash: '' }])
    expect((await fanOutOf.run()).schedules).toMatchObject({ put: 1_000, leftOver: 0 })
  })

  it('the drift function, given up at its deadline in front of a frozen database, has reported nothing after the thaw, and its messages stay in the queue', async () => {
    await using db = await freshDatabase()
    await using deps = driftEnvironment(db, async () => {})
    const hostId = await addHost(db.sql)
    await scanned(db.sql, hostId, 1, ruleSet({ pass: 20 }))
    const body = bodyOf(await scanned(db.sql, hostId, 2, ruleSet({ fail: 20 })))
    const drift = createDriftHandler(deps)
    await drift(
      sqsEvent(bodyOf(await scanned(db.sql, await addHost(db.sql), 1, { r: 'pass' }))),
      lambdaContext(),
    )

    const before = await contents(db)
    const thaw = await freezeSessions(db.sql, 'awareness_drift')
    expect(await createDriftHandler(deps, DEADLINE_MS)(sqsEvent(body), lambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    })
    await thaw()
    await untilNothingIsUnderWay(deps.database)
    expect(await contents(db)).toEqual(before)
    expect(await drift(sqsEvent(body), lambdaContext())).toEqual({ batchItemFailures: [] })
    expect((await contents(db)).events).toHaveLength(before.events.length + 1)
  })

  it.each([
    ['import', { hosts: [web] }],
    ['remove', { hostIds: ['b5a54c7e-5b61-4c41-9d2f-0d6f5c7a8e01'] }],
    ['policy.set', { changes: { failures_to_go_down: 5 } }],
  ])(
    'the operate function told to %s, given up at its deadline in front of a frozen database, has changed nothing after the thaw',
    async (name, how) => {
      await using db = await freshDatabase()
      await using operate = operatorInAHurry(db)
      await db.sql`
      insert into hosts (id, hostname, ip_address)
      values ('b5a54c7e-5b61-4c41-9d2f-0d6f5c7a8e01', 'old', '192.0.2.7')`
      await untilNothingIsUnderWay(operate.database)

      const before = await contents(db)
      const thaw = await freezeSessions(db.sql, 'awareness_operate')
      await expect(operate.invoke({ command: name, ...how })).rejects.toMatchObject(DEADLINE_EXCEEDED)
      await thaw()
      await untilNothingIsUnderWay(operate.database)
      expect(await contents(db)).toEqual(before)
      await using later = operatorOf(db)
      await later.invoke({ command: name, ...how })
      expect(await contents(db)).not.toEqual(before)
    },
  )

  it('the operate function, whose database freezes in the middle of its transaction, has changed nothing after the thaw', async () => {
    await using db = await freshDatabase()
    await using operate = operatorInAHurry(db, TIME_TO_BEGIN_MS)
    const before = await contents(db)
    const held = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const holder = db.sql.begin(async (tx) => {
      await tx`select from policy for update`
      locked.resolve()
      await held.promise
    })
    await locked.promise
    const changing = operate.invoke({ command: 'policy.set', changes: { failures_to_go_down: 5 } })
    const waiting = () => db.sql`
      select from pg_stat_activity
      where wait_event_type = 'Lock' and usename = 'awareness_operate' and datname = current_database()`
    await expect.poll(waiting, { interval: 20, timeout: TIME_TO_BEGIN_MS }).toHaveLength(1)
    const thaw = await freezeSessions(db.sql, 'awareness_operate')
    await expect(changing).rejects.toMatchObject({ name: 'DeadlineExceededError' })
    held.resolve()
    await holder
    await thaw()
    await untilNothingIsUnderWay(operate.database)
    expect(await contents(db)).toEqual(before)
  })

  it('the migrate function, given up at its deadline in front of a frozen database, has migrated nothing after the thaw, and says why the deploy failed', async () => {
    await using db = await freshDatabase('template1')
    const held = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const holder = db.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(6297154211092733271)`
      locked.resolve()
      await held.promise
    })
    await locked.promise
    const request = StackRequest.parse({
      RequestType: 'Create',
      ResponseURL: 'https://example.com/',
      StackId: 's',
      RequestId: 'r',
      LogicalResourceId: 'l',
      ResourceProperties: { ProbeIntervalSeconds: '300', HostsPerSchedule: '1' },
    })
    const environmentOf = {
      STAGE: 'test',
      DATABASE_HOST: db.owner.host,
      DATABASE_PORT: String(db.owner.port),
      DATABASE_NAME: db.owner.database,
      DATABASE_USER: db.owner.username,
      DATABASE_AUTH: 'password',
      DATABASE_PASSWORD: String(db.owner.password),
      LAMBDA_TASK_ROOT: ROOT,
    }
    const answer = answerStack(migratePorts(environmentOf, TIME_TO_BEGIN_MS), request)
    const waiting = () => db.sql<{ pid: number }[]>`
      select pid from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`
    await expect.poll(waiting, { interval: 20, timeout: 10_000 }).toHaveLength(1)
    const thaw = freezeProcesses(
      db.sql,
      (await waiting()).map(({ pid }) => pid),
    )
    expect(await answer).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('not done after'),
    })
    held.resolve()
    await holder
    await thaw()
    expect(await db.sql`select to_regclass('hosts') as hosts`).toEqual([{ hosts: null }])
  })
})
