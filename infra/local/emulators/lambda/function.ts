/**
 * Lambda's concurrency on one machine: an environment handles one event at a time, environments are started on
 * demand up to `maxConcurrency` and reused, and events beyond that wait.
 *
 *   const probe = createLambda({
 *     name: 'probe', arn, maxConcurrency: 10, timeoutMs: 20_000,
 *     coldStart: async () => { const sql = connect(…); return { handle: …, dispose: () => sql.end() } },
 *     onResult: (result) => …,
 *   })
 *   probe.invokeAsync(event)      // as Scheduler calls it: returns at once, see onResult
 *   await probe.invoke(event)     // the handler's result
 *   await probe.drain()
 *
 * All times are real ones, whatever the fleet's clock says. A failed event is not tried again, as these functions
 * are deployed with no asynchronous retries.
 */
import { createEnvironments, type Environment } from './environments.ts'
import { handleOne, type InvocationResult } from './invocation.ts'
import { createQueue } from './queue.ts'

export type LambdaOptions<Event, Value> = {
  readonly name: string
  readonly arn: string
  /** Environments at once, at least 1. */
  readonly maxConcurrency: number
  readonly coldStart: () => Environment<Event, Value> | Promise<Environment<Event, Value>>
  /** After so long an invocation is given up, and its environment with it. */
  readonly timeoutMs: number
  /** An event that has waited longer is dropped, and counted as `expired`. 60 s by default. */
  readonly maxEventAgeMs?: number
  /** An environment that has had nothing to do for so long is disposed of. 30 s by default. */
  readonly idleMs?: number
  readonly memoryMb?: number
  /** Called once for every event, with its result. */
  readonly onResult?: (result: InvocationResult<Event, Value>) => void
}

export type Lambda<Event, Value> = {
  /** @throws what the handler threw, or an InvocationError where the handler has no result */
  readonly invoke: (event: Event) => Promise<Value>
  readonly invokeAsync: (event: Event) => void
  readonly counts: () => { readonly running: number; readonly waiting: number; readonly idle: number }
  /**
   * Takes no more events, drops those that wait, lets those in flight end and disposes of every environment.
   * @throws AggregateError with everything that dispose threw
   */
  readonly drain: () => Promise<void>
}

/** The event was not handled to its end. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError'
  readonly outcome: 'timed_out' | 'expired' | 'drained'

  constructor(functionName: string, outcome: InvocationError['outcome']) {
    super(`an invocation of ${functionName} has no result: ${outcome}`)
    this.outcome = outcome
  }
}

const DEFAULT_MAX_EVENT_AGE_MS = 60_000
const DEFAULT_IDLE_MS = 30_000
const DEFAULT_MEMORY_MB = 256

type Waiting<Event, Value> = {
  readonly event: Event
  readonly sinceMs: number
  readonly settle: (result: InvocationResult<Event, Value>) => void
}

/** A function as Lambda runs it: bounded in concurrency and time, its environments kept for the next event. */
export function createLambda<Event, Value>(options: LambdaOptions<Event, Value>): Lambda<Event, Value> {
  const { name, maxConcurrency, memoryMb = DEFAULT_MEMORY_MB } = options
  const maxEventAgeMs = options.maxEventAgeMs ?? DEFAULT_MAX_EVENT_AGE_MS
  const environments = createEnvironments<Event, Value>(options.idleMs ?? DEFAULT_IDLE_MS)
  const queue = createQueue<Waiting<Event, Value>>()
  const running = new Set<Promise<void>>()
  let draining = false

  const dispatch = (): void => {
    while (running.size < maxConcurrency) {
      const next = queue.shift()
      if (next === undefined) return
      if (draining) next.settle({ event: next.event, outcome: 'drained' })
      else if (performance.now() - next.sinceMs > maxEventAgeMs) {
        next.settle({ event: next.event, outcome: 'expired' })
      } else run(next)
    }
  }
  const run = ({ event, settle }: Waiting<Event, Value>): void => {
    const done = handleOne({ ...options, memoryMb, environments }, event)
      .then(settle)
      .finally(() => {
        running.delete(done)
        dispatch()
      })
    running.add(done)
  }
  const submit = (event: Event, settle: Waiting<Event, Value>['settle']): void => {
    const settleAndReport = (result: InvocationResult<Event, Value>): void => {
      settle(result)
      options.onResult?.(result)
    }
    // A copy, as Lambda's JSON is: what a handler does to its event is seen by no other.
    queue.push({ event: structuredClone(event), sinceMs: performance.now(), settle: settleAndReport })
    dispatch()
  }
  return {
    invoke: (event) =>
      new Promise((resolve, reject) => {
        submit(event, (result) => {
          if (result.outcome === 'succeeded') resolve(result.value)
          else reject(result.outcome === 'failed' ? result.error : new InvocationError(name, result.outcome))
        })
      }),
    invokeAsync: (event) => submit(event, () => {}),
    counts: () => ({ running: running.size, waiting: queue.size(), idle: environments.idleCount() }),
    drain: async () => {
      draining = true
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        next.settle({ event: next.event, outcome: 'drained' })
      }
      await Promise.all(running)
      await environments.close()
    },
  }
}
