import { fileURLToPath } from 'node:url'
import type { FanOutReport } from '../../../functions/fan-out/reconcile.ts'
import type { OperateAnswer } from '../../../shared/contracts/operate-answer.ts'
import type { Connection } from '../../../shared/db/client.ts'
import { type BundledProgram, bundleProgram } from '../bundled-program.ts'
import { TARGET } from './target.ts'

const FAN_OUT = fileURLToPath(new URL('./fan-out-invocation.ts', import.meta.url))
const OPERATE = fileURLToPath(new URL('./operate-invocation.ts', import.meta.url))

/** V8's old space in a Lambda function of 512 MB. */
export const HEAP_IN_LAMBDA_MIB = 460

const NOWHERE = 'http://127.0.0.1:9'

type Taken = { readonly seconds: number; readonly residentMiB: number }

export type Invocations = Disposable & {
  /** One run of the fan-out in a process of its own. */
  readonly fanOut: (how: {
    readonly database: Connection
    /** Where Scheduler is. Without it a call fails the run. */
    readonly scheduler?: string
    readonly sweep?: boolean
    /** When the run stops making changes. */
    readonly stopAfter?: Promise<unknown>
    readonly heapMiB?: number
  }) => Promise<Taken & Pick<FanOutReport, 'schedules' | 'sweep'>>
  /** One command of an operator in a process of its own. */
  readonly operate: (how: {
    readonly database: Connection
    readonly command: object
    readonly heapMiB?: number
  }) => Promise<Taken & { answer: OperateAnswer }>
}

/** The functions that read a whole fleet, cold and with memory as in Lambda. */
export async function bundleInvocations(): Promise<Invocations> {
  const [fanOut, operate] = await Promise.all([bundleProgram(FAN_OUT), bundleProgram(OPERATE)])
  const programs: BundledProgram[] = [fanOut, operate]
  return {
    fanOut: ({ database, scheduler = NOWHERE, sweep, heapMiB = HEAP_IN_LAMBDA_MIB, ...rest }) =>
      fanOut.run({
        args: sweep ? ['sweep'] : [],
        env: { ...databaseEnvironment(database), ...schedulerEnvironment(scheduler) },
        heapMiB,
        ...rest,
      }),
    operate: ({ database, command, heapMiB = HEAP_IN_LAMBDA_MIB }) =>
      operate.run({ args: [JSON.stringify(command)], env: databaseEnvironment(database), heapMiB }),
    [Symbol.dispose]: () => {
      for (const program of programs) program[Symbol.dispose]()
    },
  }
}

const databaseEnvironment = (database: Connection): NodeJS.ProcessEnv => ({
  STAGE: 'scale',
  DATABASE_HOST: database.host,
  DATABASE_PORT: String(database.port),
  DATABASE_NAME: database.database,
  DATABASE_USER: database.username,
  DATABASE_AUTH: 'password',
  DATABASE_PASSWORD: String(database.password),
})

const schedulerEnvironment = (endpoint: string): NodeJS.ProcessEnv => ({
  SCHEDULE_GROUP: TARGET.groupName,
  PROBE_FUNCTION_ARN: TARGET.functionArn,
  SCHEDULE_ROLE_ARN: TARGET.roleArn,
  DEAD_LETTER_QUEUE_ARN: TARGET.deadLetterQueueArn,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL_SCHEDULER: endpoint,
})
