import type { FanOutResponse } from '../../../functions/fan-out/handler.ts'
import { createFanOutHandler } from '../../../functions/fan-out/handler.ts'
import type { FanOutDeps } from '../../../functions/runtime/fan-out-ports.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { scheduleGroup } from '../../../shared/aws/scheduler.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { FUNCTIONS } from '../../../shared/domain/functions.ts'
import { freshDatabase, type TestDatabase } from '../postgres/database.ts'
import { type SchedulerOnLoopback, schedulerOnLoopback, TARGET } from '../servers/scheduler-on-loopback.ts'
import { collectOutput, lambdaContext, type Output } from './probe.ts'

export type FanOutFunction = AsyncDisposable & {
  readonly db: TestDatabase
  readonly local: SchedulerOnLoopback
  readonly output: Output
  readonly deps: FanOutDeps
  /** The events that the probe function was invoked with. */
  readonly confirmations: readonly object[]
  /** One run, at noon unless the event says otherwise. */
  readonly run: (event?: unknown) => Promise<FanOutResponse>
  /** The calls to Scheduler since this was last asked, as `operation answer`. */
  readonly callsSince: () => string[]
}

/** The fan-out function as it is deployed: its own database role, the real client, Scheduler over HTTP. */
export async function fanOutFunction(options?: { speed: number }): Promise<FanOutFunction> {
  const db = await freshDatabase()
  const local = await schedulerOnLoopback(options)
  const output = collectOutput()
  const database = openDatabase(db.as('awareness_fan_out'))
  const confirmations: object[] = []
  const deps = {
    database,
    telemetry: createTelemetry({
      service: FUNCTIONS['fan-out'].service,
      stage: 'test',
      output: output.stream,
    }),
    now: local.now,
    schedules: scheduleGroup(local.client, TARGET),
    invokeProbe: async (event: object) => void confirmations.push(event),
    pause: async () => {},
  }
  const handler = createFanOutHandler(deps)
  let seen = 0
  return {
    db,
    local,
    output,
    deps,
    confirmations,
    run: async (event = { time: '2030-01-01T12:00:00Z' }) => {
      const done = await handler(event, lambdaContext())
      if ('skipped' in done) throw new Error(done.skipped)
      return done
    },
    callsSince: () => {
      const calls = local.calls.slice(seen).map(({ operation, answer }) => `${operation} ${answer}`)
      seen = local.calls.length
      return calls
    },
    [Symbol.asyncDispose]: async () => {
      await database.close()
      await local[Symbol.asyncDispose]()
      await db[Symbol.asyncDispose]()
    },
  }
}
