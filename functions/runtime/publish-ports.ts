import * as z from 'zod'
import { createEventBridgeClient, type EventBus, eventBus } from '../../shared/aws/event-bus.ts'
import {
  holdPublishLock,
  markNotForBus,
  markPublished,
  measureBacklog,
  readUnpublished,
} from '../../shared/db/outbox.ts'
import { readPolicy } from '../../shared/db/policy.ts'
import type { Backlog, OutboxBatch } from '../../shared/domain/outbox.ts'
import { parseEnvironment } from './config.ts'
import { depsFromEnvironment, type FunctionDeps } from './deps.ts'

export type PublishDeps = FunctionDeps & {
  /** As it is named in the events. */
  readonly stage: string
  readonly bus: EventBus
}

/** Of the publish function, from its environment variables. */
export function publishDepsFromEnvironment(env: NodeJS.ProcessEnv): PublishDeps {
  const { STAGE: stage, EVENT_BUS: busName } = parseEnvironment(env, { EVENT_BUS: z.string().min(1) })
  return {
    ...depsFromEnvironment(env, 'publish'),
    stage,
    bus: eventBus(createEventBridgeClient(), busName),
  }
}

/** The real ports of one run of the publish function: the outbox, a transaction for each batch, and the bus. */
export function publishPorts({ database, bus, stage }: PublishDeps, deadline: AbortSignal) {
  const { transaction } = database.until(deadline)
  return {
    stage,
    busExists: bus.exists,
    put: bus.put,
    inBatch: <T>(limit: number, body: (batch: OutboxBatch) => Promise<T>): Promise<T> =>
      transaction('write', async (tx, lost) => {
        // They travel together, and each has a snapshot of its own: what is read is read after the lock is held.
        const [, events, policy] = await Promise.all([
          holdPublishLock(tx),
          readUnpublished(tx, limit),
          readPolicy(tx),
        ])
        return body({
          events,
          publishActions: policy.publish_actions,
          lost,
          markPublished: (ids) => markPublished(tx, ids),
          markNotForBus: (ids) => markNotForBus(tx, ids),
        })
      }),
    measureBacklog: (): Promise<Backlog> => transaction('snapshot', measureBacklog),
  }
}
