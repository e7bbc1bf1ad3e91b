import type * as z from 'zod'
import { type AnswerOf, OPERATE_ANSWERS } from '../../shared/contracts/operate-answer.ts'
import type { OperateCommand, RequestInputOf } from '../../shared/contracts/operate-request.ts'
import { AnswerForOneHost, type HostOutcome } from '../../shared/contracts/probe-answer.ts'

/** Runs a function of the fleet's, wherever it is, with an event that is JSON. */
export type Invoke = (folder: 'operate' | 'probe', event: object) => Promise<unknown>

/** A way to the functions, and the time that their fleet goes by. */
export type OperatorTransport = {
  readonly invoke: Invoke
  readonly now: () => Date
  readonly close: () => Promise<void>
}

/** What AWS, a function or the database refused or failed at, in one line. */
export class OperatorClientError extends Error {
  override readonly name = 'OperatorClientError'
}

export type OperatorClient = {
  readonly ask: <Command extends OperateCommand>(
    request: RequestInputOf<Command>,
  ) => Promise<AnswerOf<Command>>
  readonly probe: (hostId: string) => Promise<HostOutcome>
}

/** Answers are parsed: the function may have been deployed from another version than this. */
export function createOperatorClient(invoke: Invoke): OperatorClient {
  return {
    ask: async <Command extends OperateCommand>(request: RequestInputOf<Command>) => {
      const command: Command = request.command
      return parsed(OPERATE_ANSWERS[command], await invoke('operate', request)) as AnswerOf<Command>
    },
    probe: async (hostId) => {
      const answer = await invoke('probe', { hostIds: [hostId], cause: 'operator' })
      return parsed(AnswerForOneHost, answer).outcomes[0]
    },
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const at = result.error.issues[0]?.path.join('.') ?? ''
  throw new OperatorClientError(
    `the function's answer is not as this version expects it (at ${at || 'its top'}): what is deployed is of another version`,
    { cause: result.error },
  )
}
