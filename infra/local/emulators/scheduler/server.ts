/**
 * EventBridge Scheduler on one machine: the API as `@aws-sdk/client-scheduler` speaks it, and the firing.
 *
 *   const scheduler = await startScheduler({
 *     clock: createClock({ speed: 60 }),
 *     groups: ['local-probes'],
 *     invoke: (targetArn, payload) => probe.invokeAsync(payload),
 *   })
 *   process.env.AWS_ENDPOINT_URL_SCHEDULER = scheduler.endpoint // the SDK wants a region and credentials, any
 *   …
 *   await scheduler.stop()
 *
 * It refuses what AWS refuses, with the same error classes. Left out: `cron` and `at`, tags, ClientToken, retries
 * of the hand-over, dead-letter queues, and the moment inside a flexible window (it fires at its beginning).
 * Nothing outlives the process.
 */
import type { Clock } from '../../clock.ts'
import { startLoopbackServer } from '../loopback-server.ts'
import { answer, type Call } from './answer.ts'
import { createFaults, type Faults } from './faults.ts'
import { startFiring } from './firing.ts'
import { payload, printInstant } from './payload.ts'
import { createStore, isCurrent, type Schedule } from './store.ts'

/** Hands an event over, without waiting for its result. It must not throw: nobody would catch it. */
export type Invoke = (targetArn: string, payload: unknown) => void

/** One firing on its way to its target. */
export type Delivery = {
  readonly scheduleName: string
  readonly groupName: string
  readonly targetArn: string
  /** The nominal occurrence, as in `<aws.scheduler.scheduled-time>`. */
  readonly scheduledTime: string
  readonly payload: unknown
}

export type SchedulerOptions = {
  readonly clock: Clock
  readonly invoke: Invoke
  /** Groups that are there from the start, besides `default`. */
  readonly groups?: readonly string[]
  /** Comes between a firing and `invoke`: may hand over twice, later, or not at all. */
  readonly deliver?: (delivery: Delivery, invoke: () => void) => void
}

export type LocalScheduler = {
  /** For AWS_ENDPOINT_URL_SCHEDULER. */
  readonly endpoint: string
  /** Every request that reached it, oldest first; the last 100,000 at least. */
  readonly calls: readonly Call[]
  readonly faults: Faults
  /** Fires nothing more, drops every connection and closes. */
  readonly stop: () => Promise<void>
}

/** Starts a Scheduler on a free port of 127.0.0.1. */
export async function startScheduler(options: SchedulerOptions): Promise<LocalScheduler> {
  const { clock, invoke, groups = [], deliver = (_, handOver) => handOver() } = options
  const store = createStore(groups, clock.now().getTime())
  const firing = startFiring({
    clock,
    isCurrent: (schedule) => isCurrent(store, schedule),
    fire: (schedule, occurrenceMs) => {
      const delivery = createDelivery(schedule, occurrenceMs)
      deliver(delivery, () => invoke(delivery.targetArn, delivery.payload))
    },
  })
  const calls: Call[] = []
  const faults = createFaults()
  const deps = { account: { store, follow: firing.follow }, clock, faults, calls }
  const server = await startLoopbackServer('local Scheduler', (request, response) => {
    void answer(deps, request, response)
  })
  return {
    endpoint: server.endpoint,
    calls,
    faults,
    stop: async () => {
      firing.stop()
      await server.stop()
    },
  }
}

function createDelivery(schedule: Schedule, occurrenceMs: number): Delivery {
  return {
    scheduleName: schedule.name,
    groupName: schedule.definition.GroupName,
    targetArn: schedule.definition.Target.Arn,
    scheduledTime: printInstant(occurrenceMs),
    payload: payload(schedule, occurrenceMs),
  }
}
