import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import type { Context } from 'aws-lambda'
import { type ProbePorts, probeHosts } from '../../../functions/probe/probe-hosts.ts'
import type { FunctionDeps } from '../../../functions/runtime/deps.ts'
import { probePorts } from '../../../functions/runtime/probe-ports.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import type { HostOutcome } from '../../../shared/contracts/probe-answer.ts'
import type { Sql } from '../../../shared/db/client.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import type { Observation } from '../../../shared/domain/reachability.ts'
import type { TestDatabase } from '../postgres/database.ts'

export const ANSWER: Observation = { kind: 'reachable', responseMs: 0, identification: 'SSH-2.0-test' }
export const FAILURE: Observation = { kind: 'unreachable', errorType: 'connection_refused' }

/** What a function wrote to CloudWatch, a JSON object a line. */
export type Output = { readonly lines: Record<string, unknown>[]; readonly stream: Writable }

export function collectOutput(): Output {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line !== '') lines.push(JSON.parse(line))
      done()
    },
  })
  return { lines, stream }
}

/** One environment of the probe function, under its own database role. */
export function environment(
  db: TestDatabase,
  now = () => new Date(),
): FunctionDeps & AsyncDisposable & { output: Output } {
  const output = collectOutput()
  const database = openDatabase(db.as('awareness_probe'))
  return {
    database,
    telemetry: createTelemetry({ service: 'awareness-probe', stage: 'test', output: output.stream }),
    now,
    output,
    [Symbol.asyncDispose]: database.close,
  }
}

/** An invocation whose network is `probe`, and whose database is real. */
export async function invoke(
  deps: FunctionDeps,
  hostIds: readonly HostId[],
  probe: ProbePorts['probe'],
  scheduledTime: Date | null = null,
  witnessIds: readonly HostId[] = [],
): Promise<HostOutcome[]> {
  const world = probePorts(deps, randomUUID(), new AbortController().signal)
  const { outcomes } = await probeHosts(
    { ...world, probe },
    { hostIds, witnessIds, scheduledTime, cause: 'test' },
  )
  return outcomes
}

export const locksHeld = async (sql: Sql): Promise<number> => {
  const rows = await sql<{ held: number }[]>`
    select count(*)::int as held from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`
  return rows[0]?.held ?? -1
}

export const lambdaContext = (): Context => ({
  awsRequestId: randomUUID(),
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'awareness-probe',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:awareness-probe',
  memoryLimitInMB: '256',
  logGroupName: '',
  logStreamName: '',
  getRemainingTimeInMillis: () => 20_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
})
