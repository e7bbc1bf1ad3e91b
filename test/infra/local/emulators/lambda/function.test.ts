import type { Context } from 'aws-lambda'
import { describe, expect, test, vi } from 'vitest'
import type { Environment } from '../../../../../infra/local/emulators/lambda/environments.ts'
import {
  createLambda,
  InvocationError,
  type LambdaOptions,
} from '../../../../../infra/local/emulators/lambda/function.ts'

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:probe'

type Event = { readonly n: number }
type Started = Event & {
  readonly environment: number
  readonly finish: () => void
  readonly fail: (error: Error) => void
}

/** A function whose handlings end when the test says so, and that notes what becomes of its environments. */
function arrange(options: Partial<LambdaOptions<Event, string>> = {}) {
  const started: Started[] = []
  const disposed: number[] = []
  const outcomes: string[] = []
  let environments = 0
  const coldStart = (): Environment<Event, string> => {
    const environment = ++environments
    return {
      handle: ({ n }) =>
        new Promise((resolve, reject) => {
          started.push({ n, environment, finish: () => resolve(`done ${n}`), fail: reject })
        }),
      dispose: async () => {
        disposed.push(environment)
      },
    }
  }
  const lambda = createLambda<Event, string>({
    name: 'probe',
    arn: ARN,
    maxConcurrency: 2,
    timeoutMs: 30_000,
    coldStart,
    onResult: ({ event, outcome }) => outcomes.push(`${event.n} ${outcome}`),
    ...options,
  })
  const untilStarted = (...ns: number[]) => vi.waitFor(() => expect(started.map(({ n }) => n)).toEqual(ns))
  return { lambda, started, untilStarted, disposed, outcomes }
}

describe('concurrency', () => {
  test('an environment handles one event at a time; what is beyond the maximum waits its turn', async () => {
    const { lambda, started, untilStarted, outcomes } = arrange()
    for (const n of [1, 2, 3, 4]) lambda.invokeAsync({ n })
    await untilStarted(1, 2)
    expect(lambda.counts()).toEqual({ running: 2, waiting: 2, idle: 0 })
    started[1]?.finish()
    await untilStarted(1, 2, 3)
    started[0]?.finish()
    await untilStarted(1, 2, 3, 4)
    expect(started.map(({ environment }) => environment)).toEqual([1, 2, 2, 1])
    started[2]?.finish()
    await vi.waitFor(() => expect(outcomes).toHaveLength(3))
    started[3]?.finish()
    await vi.waitFor(() => expect(lambda.counts()).toEqual({ running: 0, waiting: 0, idle: 2 }))
    expect(outcomes).toEqual(['2 succeeded', '1 succeeded', '3 succeeded', '4 succeeded'])
    await lambda.drain()
  })

  test('the environment used last is used next', async () => {
    const { lambda, started, untilStarted } = arrange({ maxConcurrency: 3 })
    for (const n of [1, 2, 3]) lambda.invokeAsync({ n })
    await untilStarted(1, 2, 3)
    for (const [idle, each] of [started[0], started[2], started[1]].entries()) {
      each?.finish()
      await vi.waitFor(() => expect(lambda.counts().idle).toBe(idle + 1))
    }
    lambda.invokeAsync({ n: 4 })
    await untilStarted(1, 2, 3, 4)
    expect(started[3]?.environment).toBe(started[1]?.environment)
    started[3]?.finish()
    await lambda.drain()
  })

  test('an environment that has nothing to do for a while is disposed of', async () => {
    const { lambda, started, untilStarted, disposed } = arrange({ idleMs: 1 })
    lambda.invokeAsync({ n: 1 })
    await untilStarted(1)
    started[0]?.finish()
    await vi.waitFor(() => expect(disposed).toEqual([1]))
    lambda.invokeAsync({ n: 2 })
    await untilStarted(1, 2)
    expect(started[1]?.environment).toBe(2)
    started[1]?.finish()
    await lambda.drain()
  })
})

describe('an invocation', () => {
  test('an invocation resolves to what the handler returns, and rejects with what it throws', async () => {
    const { lambda, started, untilStarted } = arrange()
    const first = lambda.invoke({ n: 1 })
    await untilStarted(1)
    started[0]?.finish()
    expect(await first).toBe('done 1')

    const broken = new Error('broken')
    const second = expect(lambda.invoke({ n: 2 })).rejects.toBe(broken)
    await untilStarted(1, 2)
    started[1]?.fail(broken)
    await second

    const third = lambda.invoke({ n: 3 })
    await untilStarted(1, 2, 3)
    expect(started[2]?.environment, 'a handler that throws keeps its environment').toBe(1)
    started[2]?.finish()
    await third
    await lambda.drain()
  })

  test('an invocation is given up after its timeout, together with its environment', async () => {
    const { lambda, started, untilStarted, disposed, outcomes } = arrange({
      maxConcurrency: 1,
      timeoutMs: 500,
    })
    const first = lambda.invoke({ n: 1 })
    await expect(first).rejects.toMatchObject({ name: 'InvocationError', outcome: 'timed_out' })
    expect(disposed).toEqual([1])
    lambda.invokeAsync({ n: 2 })
    await untilStarted(1, 2)
    expect(started[1]?.environment).toBe(2)
    expect(outcomes).toEqual(['1 timed_out'])
    started[1]?.finish()
    await lambda.drain()
  })

  test('an invocation whose environment is too slow to start is given up, and that environment disposed of', async () => {
    const dispose = vi.fn(async () => {})
    const start = Promise.withResolvers<Environment<Event, string>>()
    const { lambda } = arrange({ timeoutMs: 20, coldStart: () => start.promise })
    await expect(lambda.invoke({ n: 1 })).rejects.toMatchObject({ outcome: 'timed_out' })
    start.resolve({ handle: async () => 'late', dispose })
    await vi.waitFor(() => expect(dispose).toHaveBeenCalledOnce())
    await vi.waitFor(() => expect(lambda.counts()).toEqual({ running: 0, waiting: 0, idle: 0 }))
    await lambda.drain()
  })

  test('an invocation whose environment cannot start fails, and the next one starts afresh', async () => {
    let starts = 0
    const { lambda } = arrange({
      coldStart: async () => {
        if (++starts === 1) throw new Error('no database')
        return { handle: async ({ n }) => `done ${n}`, dispose: async () => {} }
      },
    })
    await expect(lambda.invoke({ n: 1 })).rejects.toThrow('no database')
    expect(await lambda.invoke({ n: 2 })).toBe('done 2')
    await lambda.drain()
  })

  test('an invocation that has waited longer than the maximum age is dropped, and counted when its turn comes', async () => {
    const { lambda, started, untilStarted, outcomes } = arrange({ maxConcurrency: 1, maxEventAgeMs: 10 })
    lambda.invokeAsync({ n: 1 })
    await untilStarted(1)
    lambda.invokeAsync({ n: 2 })
    const waitingSinceMs = performance.now()
    await vi.waitFor(() => expect(performance.now() - waitingSinceMs).toBeGreaterThan(10))
    started[0]?.finish()
    await vi.waitFor(() => expect(outcomes).toEqual(['1 succeeded', '2 expired']))
    expect(started).toHaveLength(1)
    await lambda.drain()
  })

  test('an invocation has a context like that of Lambda, and an event of its own', async () => {
    const seen: { event: Event; context: Context; remainingMs: number }[] = []
    const { lambda } = arrange({
      memoryMb: 128,
      timeoutMs: 20_000,
      coldStart: () => ({
        handle: async (event, context) => {
          seen.push({ event, context, remainingMs: context.getRemainingTimeInMillis() })
          return ''
        },
        dispose: async () => {},
      }),
    })
    const event = { n: 1 }
    await lambda.invoke(event)
    await lambda.invoke(event)
    const [first, second] = seen
    expect(first?.context).toMatchObject({
      functionName: 'probe',
      invokedFunctionArn: ARN,
      memoryLimitInMB: '128',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(first?.remainingMs).toBeGreaterThan(0)
    expect(first?.remainingMs).toBeLessThanOrEqual(20_000)
    expect(second?.context.awsRequestId).not.toBe(first?.context.awsRequestId)
    expect(first?.event).toEqual(event)
    expect(first?.event).not.toBe(event)
    await lambda.drain()
  })
})

describe('draining', () => {
  test('draining lets what is in flight end, drops what waits, and disposes of every environment', async () => {
    const { lambda, started, untilStarted, disposed, outcomes } = arrange()
    for (const n of [1, 2, 3]) lambda.invokeAsync({ n })
    await untilStarted(1, 2)
    const drained = lambda.drain()
    expect(outcomes).toEqual(['3 drained'])
    expect(disposed).toEqual([])
    started[0]?.finish()
    started[1]?.finish()
    await drained
    expect(outcomes).toEqual(['3 drained', '1 succeeded', '2 succeeded'])
    expect(disposed.toSorted()).toEqual([1, 2])
    await expect(lambda.invoke({ n: 4 })).rejects.toBeInstanceOf(InvocationError)
  })

  test('draining tells of every environment that could not be disposed of', async () => {
    const { lambda } = arrange({
      coldStart: () => ({ handle: async () => '', dispose: () => Promise.reject(new Error('still busy')) }),
    })
    await lambda.invoke({ n: 1 })
    await expect(lambda.drain()).rejects.toMatchObject({ errors: [new Error('still busy')] })
  })
})
