import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler'
import { expect, it } from 'vitest'
import { createDriftHandler } from '../../functions/drift/handler.ts'
import { createFanOutHandler } from '../../functions/fan-out/handler.ts'
import { migratePorts } from '../../functions/runtime/migrate-ports.ts'
import { createTelemetry } from '../../functions/runtime/telemetry.ts'
import { type PostgresServer, startPostgres } from '../../infra/local/postgres/server.ts'
import { scheduleGroup } from '../../shared/aws/scheduler.ts'
import { connect } from '../../shared/db/client.ts'
import { openDatabase } from '../../shared/db/transaction.ts'
import { bodyOf, driftEnvironment, sqsEvent } from '../support/functions/drift.ts'
import { collectOutput, lambdaContext } from '../support/functions/probe.ts'
import { publishFunction } from '../support/functions/publish.ts'
import { addHosts } from '../support/hosts.ts'
import type { TestDatabase } from '../support/postgres/database.ts'
import { prepareDatabase } from '../support/postgres/prepared-database.ts'
import { ruleSet, scanned } from '../support/recorded-scans.ts'
import { ROOT } from '../support/repository.ts'
import {
  type SchedulerOnLoopback,
  schedulerOnLoopback,
  TARGET,
} from '../support/servers/scheduler-on-loopback.ts'

/** The database of a server, as the functions have it. */
function databaseOf({ admin }: PostgresServer): TestDatabase {
  const sql = connect(admin, 4)
  return {
    sql,
    owner: admin,
    as: (role) => ({ ...admin, username: role, password: role }),
    [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }),
  }
}

/** One run of the fan-out, with a sweep. */
async function fanOut(db: TestDatabase, local: SchedulerOnLoopback) {
  const database = openDatabase(db.as('awareness_fan_out'))
  const telemetry = createTelemetry({ service: 'x', stage: 'test', output: collectOutput().stream })
  const schedules = scheduleGroup(local.client, TARGET)
  const handler = createFanOutHandler({
    database,
    telemetry,
    now: local.now,
    schedules,
    invokeProbe: async () => {},
    pause: async () => {},
  })
  try {
    return await handler({ sweep: true }, lambdaContext())
  } finally {
    await database.close()
  }
}

/** The period of every schedule that Scheduler has, in minutes, by name. */
async function periodsIn({ client }: SchedulerOnLoopback): Promise<Map<string, number>> {
  const { Schedules = [] } = await client.send(new ListSchedulesCommand({ GroupName: TARGET.groupName }))
  const periods = new Map<string, number>()
  for (const { Name: name = '' } of Schedules) {
    const command = new GetScheduleCommand({ GroupName: TARGET.groupName, Name: name })
    const { ScheduleExpression } = await client.send(command)
    periods.set(name, Number(/\d+/.exec(ScheduleExpression ?? '')?.[0]))
  }
  return periods
}

const judge = async (db: TestDatabase, body: string): Promise<void> => {
  await using deps = driftEnvironment(db, async () => {})
  await createDriftHandler(deps)(sqsEvent(body), lambdaContext())
}

/** What CloudFormation has the migrate function do when the stack has another database than before. */
const migrateOther = ({ admin }: PostgresServer) =>
  migratePorts({
    STAGE: 'test',
    DATABASE_HOST: admin.host ?? '',
    DATABASE_PORT: String(admin.port),
    DATABASE_NAME: admin.database ?? '',
    DATABASE_USER: admin.username ?? '',
    DATABASE_AUTH: 'password',
    DATABASE_PASSWORD: String(admin.password),
    LAMBDA_TASK_ROOT: ROOT,
  }).migrate({ initial: { probeIntervalSeconds: 300, hostsPerSchedule: 1 }, isOther: true })

it('a database that was restored from a copy of its server goes on where the copy was made, and its schedules are brought into step', async () => {
  // Not in one folder of this account's: the server may run as another.
  const original = mkdtempSync('/tmp/fleet-awareness-original-')
  const copy = mkdtempSync('/tmp/fleet-awareness-copy-')
  let server = await startPostgres({ folder: original, temporary: false })
  let restored: PostgresServer | null = null
  try {
    await using local = await schedulerOnLoopback()
    let db = databaseOf(server)
    await prepareDatabase(db.sql, db.owner)
    const [hostId = ''] = await addHosts(db.sql, 3)
    await fanOut(db, local)
    await scanned(db.sql, hostId, 1, ruleSet({ pass: 20 }))
    const worse = await scanned(db.sql, hostId, 2, ruleSet({ pass: 10, fail: 10 }))
    await judge(db, bodyOf(worse))
    const planned = await periodsIn(local)
    expect(planned.size).toBe(3)

    // The snapshot, which is a copy of the server's files, as those of RDS are.
    await db[Symbol.asyncDispose]()
    await server.stop()
    execFileSync('cp', ['-a', `${original}/.`, copy])

    // After it, the cadence changes and a host is added: then the database is lost.
    server = await startPostgres({ folder: original, temporary: false })
    db = databaseOf(server)
    await db.sql`update policy set probe_interval_seconds = 1800`
    await db.sql`insert into hosts (hostname, ip_address) values ('after the snapshot', '127.0.0.1')`
    await fanOut(db, local)
    const changed = await periodsIn(local)
    expect(changed.size).toBe(4)
    expect(Math.min(...changed.values())).toBeGreaterThan(20)
    await db[Symbol.asyncDispose]()
    await server.stop()

    restored = await startPostgres({ folder: copy, temporary: false })
    await using after = databaseOf(restored)
    expect(await migrateOther(restored)).toMatchObject({ done: expect.stringMatching(/already$/) })
    expect(await fanOut(after, local)).toMatchObject({
      schedules: { wanted: 3, applied: 3, put: 3 },
      sweep: { orphans: 1, complete: true },
    })
    expect(await periodsIn(local)).toEqual(planned)

    // The verdict stands, also if its message comes again, and its event is published once.
    await judge(after, bodyOf(worse))
    expect(await after.sql`select kind from scan_verdicts where scan_id = ${worse.scanId}`).toHaveLength(1)
    await using publish = await publishFunction({ on: after })
    await publish.run()
    await publish.run()
    const drifts = publish.delivered.filter((event) => JSON.stringify(event).includes(worse.scanId))
    expect(drifts).toHaveLength(1)
  } finally {
    await restored?.stop()
    await server.stop()
    for (const folder of [original, copy]) rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
