import type { Context } from 'aws-lambda'

/** One execution environment: a handler, and what it keeps open between events as a process on Lambda does. */
export type Environment<Event, Value> = {
  readonly handle: (event: Event, context: Context) => Promise<Value>
  /** Closes its connections. On Lambda the process ends without it. */
  readonly dispose: () => Promise<void>
}

export type Environments<Event, Value> = {
  /** Takes an idle environment, the most recently used first; undefined where a new one has to be started. */
  readonly takeIdle: () => Environment<Event, Value> | undefined
  readonly putIdle: (environment: Environment<Event, Value>) => void
  readonly discard: (environment: Environment<Event, Value>) => void
  readonly idleCount: () => number
  /**
   * Disposes of those that are idle, and waits for all that were ever discarded.
   * @throws AggregateError with everything that dispose threw until now
   */
  readonly close: () => Promise<void>
}

type Idle<Event, Value> = {
  readonly environment: Environment<Event, Value>
  readonly timer: NodeJS.Timeout
}

/** Keeps warm environments for `idleMs`, so that a fleet at rest holds no connection for long. */
export function createEnvironments<Event, Value>(idleMs: number): Environments<Event, Value> {
  const idle: Idle<Event, Value>[] = []
  const disposing = new Set<Promise<void>>()
  const failures: unknown[] = []

  const discard = (environment: Environment<Event, Value>): void => {
    const done = environment
      .dispose()
      .catch((error: unknown) => {
        failures.push(error)
      })
      .finally(() => disposing.delete(done))
    disposing.add(done)
  }
  const putIdle = (environment: Environment<Event, Value>): void => {
    const timer = setTimeout(() => {
      idle.splice(idle.indexOf(entry), 1)
      discard(environment)
    }, idleMs).unref()
    const entry = { environment, timer }
    idle.push(entry)
  }
  const takeIdle = (): Environment<Event, Value> | undefined => {
    const last = idle.pop()
    clearTimeout(last?.timer)
    return last?.environment
  }
  return {
    takeIdle,
    putIdle,
    discard,
    idleCount: () => idle.length,
    close: async () => {
      for (let next = takeIdle(); next !== undefined; next = takeIdle()) discard(next)
      await Promise.all(disposing)
      if (failures.length > 0)
        throw new AggregateError(failures.splice(0), 'environments were not disposed of')
    },
  }
}
