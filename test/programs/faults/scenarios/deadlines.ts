import { fileURLToPath } from 'node:url'
import { createDriftHandler } from '../../../../functions/drift/handler.ts'
import { createFanOutHandler } from '../../../../functions/fan-out/handler.ts'
import { createIngestHandler } from '../../../../functions/ingest/handler.ts'
import { createInventoryHandler } from '../../../../functions/inventory/handler.ts'
import { createOperateHandler } from '../../../../functions/operate/handler.ts'
import { createProbeHandler } from '../../../../functions/probe/handler.ts'
import { createPublishHandler } from '../../../../functions/publish/handler.ts'
import { migratePorts } from '../../../../functions/runtime/migrate-ports.ts'
import { localSqsClient } from '../../../../infra/local/emulators/sqs/server.ts'
import { functionDeps } from '../../../../infra/local/functions.ts'
import { connect, type Sql } from '../../../../shared/db/client.ts'

import type { FunctionName, SigningFunctionName } from '../../../../shared/domain/functions.ts'
import { bodyOf, sqsEvent } from '../../../support/functions/drift.ts'
import { lambdaContext } from '../../../support/functions/probe.ts'
import { addHost, addHostsAt } from '../../../support/hosts.ts'
import { type BenchDatabase, startBenchDatabase } from '../../../support/postgres/prepared-database.ts'
import { ruleSet, scanned } from '../../../support/recorded-scans.ts'
import { type ScanBucket, startScanBucket } from '../../../support/servers/scan-bucket.ts'
import { startSshServer } from '../../../support/servers/ssh-server.ts'
import { testResult } from '../../../support/xccdf-file.ts'
import { freezeServer } from '../frozen-server.ts'
import { becomes, type Row } from '../scenario.ts'
import { nowhere } from '../world.ts'

export const DEADLINES = 'the database frozen until after the deadline of each function'

/** In place of 10 to 240 s. Shorter than the 5 s that connecting may take: then the first attempt is under way. */
const DEADLINE_MS = 3_000
const THAWED_WITHIN_MS = 30_000
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const UNMIGRATED = 'unmigrated'

/** What a function is told to do while the database is frozen. */
type Attempts = Readonly<Record<FunctionName, readonly (() => Promise<unknown>)[]>>

/** Gives every function its work, cold, while the whole server is frozen, and looks what came of it afterwards. */
export async function playDeadlines(): Promise<Row> {
  await using stack = new AsyncDisposableStack()
  const db = stack.use(await startBenchDatabase())
  const server = stack.use(await startSshServer())
  await db.sql.unsafe(`create database ${UNMIGRATED}`)
  const bucket = stack.use(await startScanBucket())
  const attempts = await attemptsOf(db, server.port, bucket)
  const before = await contents(db)

  const thaw = await freezeServer(db.sql)
  const outcomes = await Promise.all(
    Object.entries(attempts).flatMap(([name, each]) =>
      each.map(async (attempt) => `${name}: ${await ended(attempt)}`),
    ),
  )
  thaw()
  const thawedMs = performance.now()
  // Connects anew: the server takes the connections that wait for it in their order.
  await contents(db)
  const isQuiet = await becomes(() => nobodyIsLeft(db.sql), THAWED_WITHIN_MS)
  const rightAfterMs = performance.now() - thawedMs
  const given = outcomes.filter((outcome) => outcome.endsWith('given up'))
  const broken = outcomes.filter((outcome) => !given.includes(outcome))
  if ((await contents(db)) !== before) broken.push('something was committed after the deadline')
  if (!isQuiet) broken.push('sessions of the functions are left')
  const seen = `${given.length} invocations given up at their deadline, nothing committed`
  return { fault: DEADLINES, seen, rightAfterMs: isQuiet ? rightAfterMs : null, broken }
}

async function attemptsOf(db: BenchDatabase, port: number, bucket: ScanBucket): Promise<Attempts> {
  const [probed] = await addHostsAt(db.sql, [port])
  const hostId = await addHost(db.sql)
  await scanned(db.sql, hostId, 1, ruleSet({ pass: 20 }))
  const scan = await scanned(db.sql, hostId, 2, ruleSet({ fail: 20 }))
  const file = await bucket.put(
    `${hostId}/results.xml`,
    testResult({ endTime: '2026-03-01T10:00:00Z', rules: [{ id: 'r1', result: 'pass' }] }),
  )
  const depsOf = (name: SigningFunctionName) =>
    functionDeps({ database: db, now: () => new Date(), log: nowhere() }, name)
  const operate = (command: object) => () =>
    createOperateHandler(
      { ...depsOf('operate'), installation: { stage: 'faults', serverParameters: {}, hasIpv6: true } },
      DEADLINE_MS,
    )(command, lambdaContext())
  const uncalled = async (): Promise<never> => {
    throw new Error('AWS was called')
  }
  const bus = { exists: async () => true, put: uncalled }
  const schedules = { settings: '', put: uncalled, remove: uncalled, listPage: uncalled }
  return {
    probe: [() => createProbeHandler(depsOf('probe'), DEADLINE_MS)({ hostIds: [probed] }, lambdaContext())],
    'fan-out': [
      () =>
        createFanOutHandler(
          { ...depsOf('fan-out'), schedules, invokeProbe: uncalled, pause: uncalled },
          DEADLINE_MS,
        )({}, lambdaContext()),
    ],
    drift: [
      async () => {
        const drift = createDriftHandler({ ...depsOf('drift'), reject: uncalled }, DEADLINE_MS)
        const { batchItemFailures } = await drift(sqsEvent(bodyOf(scan)), lambdaContext())
        if (batchItemFailures.length > 0)
          throw Object.assign(new Error('retried'), { name: 'DeadlineExceededError' })
      },
    ],
    operate: [
      operate({ command: 'import', hosts: [{ address: '192.0.2.1', name: 'web', port: 22 }] }),
      operate({ command: 'remove', hostIds: [hostId] }),
      operate({ command: 'policy.set', changes: { failures_to_go_down: 5 } }),
    ],
    publish: [
      () =>
        createPublishHandler(
          { ...depsOf('publish'), stage: 'faults', bus, sendDigest: uncalled },
          DEADLINE_MS,
        )({}, lambdaContext()),
    ],
    inventory: [
      () =>
        createInventoryHandler(
          { ...depsOf('inventory'), hasIpv6: true, sources: [OWN_INSTANCES], listMachines: async () => [] },
          DEADLINE_MS,
        )({}, lambdaContext()),
    ],
    ingest: [
      () =>
        createIngestHandler(
          {
            ...depsOf('ingest'),
            s3: bucket.client,
            // Nothing is announced or rejected before the database has answered.
            sqs: localSqsClient('http://127.0.0.1:1'),
            scanQueueUrl: 'http://127.0.0.1:1/scans',
            deadLetterQueueUrl: 'http://127.0.0.1:1/dead-letters',
          },
          DEADLINE_MS,
        )(sqsEvent(file), lambdaContext()),
    ],
    migrate: [
      () =>
        migratePorts(unmigrated(db), DEADLINE_MS).migrate({
          initial: { probeIntervalSeconds: 60, hostsPerSchedule: 1 },
          isOther: false,
        }),
    ],
  }
}

const OWN_INSTANCES = { kind: 'ec2', account: '111122223333', region: 'eu-west-1', roleArn: null } as const

const unmigrated = ({ owner }: BenchDatabase): NodeJS.ProcessEnv => ({
  STAGE: 'faults',
  DATABASE_HOST: owner.host,
  DATABASE_PORT: String(owner.port),
  DATABASE_NAME: UNMIGRATED,
  DATABASE_USER: owner.username,
  DATABASE_AUTH: 'password',
  DATABASE_PASSWORD: String(owner.password),
  LAMBDA_TASK_ROOT: ROOT,
})

async function ended(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt()
    return 'ended well, without a database'
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    return name === 'DeadlineExceededError' ? 'given up' : `failed with ${name}: ${message}`
  }
}

/** The functions' sessions end when the server reads that their clients have gone. */
async function nobodyIsLeft(sql: Sql): Promise<boolean> {
  const rows = await sql`
    select from pg_stat_activity
    where backend_type = 'client backend' and (usename like 'awareness\\_%' or datname = ${UNMIGRATED} or usename is null)`
  return rows.length === 0
}

/** Everything that a function may change, as text. */
async function contents({ sql, owner }: BenchDatabase): Promise<string> {
  const other = connect({ ...owner, database: UNMIGRATED })
  try {
    return JSON.stringify([
      await sql`select id, hostname, deleted_at, updated_at from hosts order by id`,
      await sql`select * from policy`,
      await sql`select * from host_liveness`,
      await sql`select * from probe_schedules`,
      await sql`select id from audit_events`,
      await sql`select scan_id from scans`,
      await other`select relname from pg_class where relnamespace = 'public'::regnamespace`,
    ])
  } finally {
    await other.end({ timeout: 5 })
  }
}
