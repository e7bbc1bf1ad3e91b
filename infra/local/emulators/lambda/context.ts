import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'

export type FunctionIdentity = { readonly name: string; readonly arn: string; readonly memoryMb: number }

/** The context that Lambda hands a handler beside the event, for an invocation that may take `timeoutMs`. */
export function createContext({ name, arn, memoryMb }: FunctionIdentity, timeoutMs: number): Context {
  const deadlineMs = performance.now() + timeoutMs
  return {
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    memoryLimitInMB: String(memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadlineMs - performance.now())),
    done: noCallbacks,
    fail: noCallbacks,
    succeed: noCallbacks,
  }
}

function noCallbacks(): never {
  throw new Error('a handler answers with a promise, not with a callback')
}
