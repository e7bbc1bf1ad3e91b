import { createOperateHandler } from '../../../functions/operate/handler.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { type AnswerOf, OPERATE_ANSWERS } from '../../../shared/contracts/operate-answer.ts'
import type { OperateCommand, RequestInputOf } from '../../../shared/contracts/operate-request.ts'
import { type Database, openDatabase } from '../../../shared/db/transaction.ts'
import type { ServerParameters } from '../../../shared/domain/server-parameters.ts'
import type { TestDatabase } from '../postgres/database.ts'
import { collectOutput, lambdaContext, type Output } from './probe.ts'

export type Operator = AsyncDisposable & {
  /** Asks the operate function, under its own database role, and checks the answer's shape. */
  readonly ask: <Command extends OperateCommand>(
    request: RequestInputOf<Command>,
  ) => Promise<AnswerOf<Command>>
  /** An event of whatever shape, and the answer as it is. */
  readonly invoke: (event: unknown) => Promise<unknown>
  readonly output: Output
  readonly database: Database
}

/** In what an installation may differ. */
type Differences = { readonly serverParameters?: ServerParameters; readonly hasIpv6?: boolean }

export function operatorOf(
  db: TestDatabase,
  now = () => new Date(),
  deadlineMs?: number,
  { serverParameters = {}, hasIpv6 = true }: Differences = {},
): Operator {
  const output = collectOutput()
  const database = openDatabase(db.as('awareness_operate'))
  const telemetry = createTelemetry({ service: 'awareness-operate', stage: 'test', output: output.stream })
  const handler = createOperateHandler(
    { database, telemetry, now, installation: { stage: 'test', serverParameters, hasIpv6 } },
    deadlineMs,
  )
  const invoke = (event: unknown) => handler(event, lambdaContext())
  return {
    invoke,
    ask: async <Command extends OperateCommand>(request: RequestInputOf<Command>) => {
      const command: Command = request.command
      const sent = JSON.stringify(await invoke(JSON.parse(JSON.stringify(request))))
      return OPERATE_ANSWERS[command].parse(JSON.parse(sent)) as AnswerOf<Command>
    },
    output,
    database,
    [Symbol.asyncDispose]: database.close,
  }
}
