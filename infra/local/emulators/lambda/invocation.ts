import { createContext, type FunctionIdentity } from './context.ts'
import type { Environment, Environments } from './environments.ts'

/** The result of one event. */
export type InvocationResult<Event, Value> = { readonly event: Event } & (
  | {
      readonly outcome: 'succeeded'
      readonly value: Value
      readonly requestId: string
      readonly durationMs: number
    }
  | {
      readonly outcome: 'failed'
      readonly error: unknown
      readonly requestId: string
      readonly durationMs: number
    }
  | { readonly outcome: 'timed_out'; readonly requestId: string; readonly durationMs: number }
  /** The event waited too long. */
  | { readonly outcome: 'expired' }
  /** The event was waiting, or arrived, when the function was drained. */
  | { readonly outcome: 'drained' }
)

export type InvocationDeps<Event, Value> = FunctionIdentity & {
  readonly environments: Environments<Event, Value>
  readonly coldStart: () => Environment<Event, Value> | Promise<Environment<Event, Value>>
  readonly timeoutMs: number
}

const TIMED_OUT = Symbol('timed out')

/**
 * Handles one event, from the cold or warm start to its result. It never rejects: a fault of the handler is
 * a result.
 */
export async function handleOne<Event, Value>(
  deps: InvocationDeps<Event, Value>,
  event: Event,
): Promise<InvocationResult<Event, Value>> {
  const startedMs = performance.now()
  const context = createContext(deps, deps.timeoutMs)
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(resolve, deps.timeoutMs, TIMED_OUT)
  })
  const result = await work(deps, timeout, (environment) => environment.handle(event, context))
  clearTimeout(timer)
  return { event, requestId: context.awsRequestId, durationMs: performance.now() - startedMs, ...result }
}

type Worked<Value> =
  | { readonly outcome: 'succeeded'; readonly value: Value }
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'timed_out' }

/**
 * An environment is kept after a handler that throws, but not after one that timed out: it may still be
 * busy.
 */
async function work<Event, Value>(
  { environments, coldStart }: InvocationDeps<Event, Value>,
  timeout: Promise<typeof TIMED_OUT>,
  handle: (environment: Environment<Event, Value>) => Promise<Value>,
): Promise<Worked<Value>> {
  let givenUp = false
  let environment = environments.takeIdle()
  const handled = async (): Promise<Worked<Value>> => {
    try {
      environment ??= await coldStart()
      if (givenUp) environments.discard(environment)
      return givenUp ? { outcome: 'timed_out' } : { outcome: 'succeeded', value: await handle(environment) }
    } catch (error) {
      return { outcome: 'failed', error }
    }
  }
  const result = await Promise.race([handled(), timeout])
  givenUp = result === TIMED_OUT
  if (result === TIMED_OUT) {
    if (environment !== undefined) environments.discard(environment)
    return { outcome: 'timed_out' }
  }
  if (environment !== undefined) environments.putIdle(environment)
  return result
}
