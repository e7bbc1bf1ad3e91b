import type * as z from 'zod'
import { type AnswerOf, OPERATE_ANSWERS } from '../../shared/contracts/operate-answer.ts'
import type { OperateCommand, RequestInputOf } from '../../shared/contracts/operate-request.ts'
import { AnswerForOneHost, type HostOutcome } from '../../shared/contracts/probe-answer.ts'
import type { FindHosts } from '../../shared/domain/scanned-host.ts'
import { RefusedError } from '../terminal/report-error.ts'

/** Invokes a function of the fleet, wherever it runs, with an event that is JSON. */
export type Invoke = (folder: 'operate' | 'probe', event: object) => Promise<unknown>

/** How a client reaches the functions, and the time that their fleet goes by. */
export type OperatorTransport = {
  readonly invoke: Invoke
  readonly now: () => Date
  readonly close: () => Promise<void>
}

export type OperatorClient = {
  readonly ask: <Command extends OperateCommand>(
    request: RequestInputOf<Command>,
  ) => Promise<AnswerOf<Command>>
  readonly findHosts: FindHosts
  readonly probe: (hostId: string) => Promise<HostOutcome>
}

/** Creates a client that parses each answer: the function may have been deployed from another version. */
export function createOperatorClient(invoke: Invoke): OperatorClient {
  const ask = async <Command extends OperateCommand>(request: RequestInputOf<Command>) => {
    const command: Command = request.command
    return parseAnswer(OPERATE_ANSWERS[command], await invoke('operate', request)) as AnswerOf<Command>
  }
  return {
    ask,
    findHosts: async (text) => (await ask({ command: 'find', text })).hosts,
    probe: async (hostId) => {
      const answer = await invoke('probe', { hostIds: [hostId], cause: 'operator' })
      return parseAnswer(AnswerForOneHost, answer).outcomes[0]
    },
  }
}

function parseAnswer<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const at = result.error.issues[0]?.path.join('.') ?? ''
  throw new RefusedError(
    `the function's answer is not as this version expects it (at ${at || 'its top'}): what is deployed is of another version`,
    { cause: result.error },
  )
}
