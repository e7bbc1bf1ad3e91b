/**
 * EventBridge's PutEvents on one machine, as `@aws-sdk/client-eventbridge` speaks it.
 *
 *   const bus = await startEventBus({
 *     buses: ['fleet-awareness-local'],
 *     now: clock.now,
 *     onEvent: (event) => …, // as a target of a rule that takes everything would receive it
 *   })
 *   …
 *   await bus.stop()
 *
 * It refuses what AWS refuses, and like AWS it answers with success where the bus does not exist and drops the
 * event. Left out: rules and their patterns, archives, and every operation but PutEvents and DescribeEventBus.
 */
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.ts'
import { answer } from './answer.ts'
import { type BusFaults, createBusFaults } from './faults.ts'
import type { DeliveredEvent } from './put-events.ts'

export type EventBusOptions = {
  readonly buses: readonly string[]
  readonly now: () => Date
  /** Is given every event that a bus took, in the order in which they came. It must not throw. */
  readonly onEvent: (event: DeliveredEvent, busName: string) => void
  /** How long a call of PutEvents takes, in ms: 0 by default. */
  readonly answerAfterMs?: number
}

export type LocalEventBus = LoopbackServer & {
  readonly faults: BusFaults
  /** Deletes a bus; `createBus` makes one. */
  readonly deleteBus: (name: string) => void
  readonly createBus: (name: string) => void
}

const REGION = 'us-east-1'

/** Starts it on a free port of 127.0.0.1. */
export async function startEventBus(options: EventBusOptions): Promise<LocalEventBus> {
  const { now, onEvent, answerAfterMs = 0 } = options
  const buses = new Set(options.buses)
  const faults = createBusFaults()
  const deps = {
    buses,
    region: REGION,
    now,
    answerAfterMs,
    faults,
    onEvent: (busName: string, event: DeliveredEvent) => onEvent(event, busName),
  }
  const server = await startLoopbackServer('local event bus', (request, response) => {
    void answer(deps, request, response)
  })
  return {
    ...server,
    faults,
    deleteBus: (name) => void buses.delete(name),
    createBus: (name) => void buses.add(name),
  }
}

/** A client of that server, which takes any credentials. It neither reads nor needs the environment. */
export const localEventBridgeClient = (endpoint: string): EventBridgeClient =>
  new EventBridgeClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
