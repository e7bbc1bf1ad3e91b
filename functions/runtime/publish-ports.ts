import * as z from 'zod'
import { createEventBridgeClient, type EventBus, eventBus } from '../../shared/aws/event-bus.ts'
import { createSnsClient, digestTopic, type SendDigest } from '../../shared/aws/topic.ts'
import { countDownHosts, lockDigestState, readUnreported, saveDigestState } from '../../shared/db/digest.ts'
import {
  holdPublishLock,
  markNotForBus,
  markPublished,
  measureBacklog,
  readUnpublished,
} from '../../shared/db/outbox.ts'
import { readPolicy } from '../../shared/db/policy.ts'
import { type DigestWork, parseNotify } from '../../shared/domain/digest-item.ts'
import type { Backlog, OutboxBatch } from '../../shared/domain/outbox.ts'
import { parseEnvironment } from './config.ts'
import { depsFromEnvironment, type FunctionDeps } from './deps.ts'

export type PublishDeps = FunctionDeps & {
  /** The name of the stage in the events. */
  readonly stage: string
  readonly bus: EventBus
  /** Sends people a digest. */
  readonly sendDigest: SendDigest
}

const PUBLISH_ENVIRONMENT = { EVENT_BUS: z.string().min(1), DIGEST_TOPIC_ARN: z.string().min(1) }

/** Creates what the publish function needs from its environment variables. */
export function publishDepsFromEnvironment(env: NodeJS.ProcessEnv): PublishDeps {
  const config = parseEnvironment(env, PUBLISH_ENVIRONMENT)
  return {
    ...depsFromEnvironment(env, 'publish'),
    stage: config.STAGE,
    bus: eventBus(createEventBridgeClient(), config.EVENT_BUS),
    sendDigest: digestTopic(createSnsClient(), config.DIGEST_TOPIC_ARN),
  }
}

/** The real ports for telling people: the digest's own state in the database, and the topic. */
export function notifyPorts({ database, sendDigest, stage, now }: PublishDeps, deadline: AbortSignal) {
  const { transaction } = database.until(deadline)
  return {
    stage,
    now,
    send: sendDigest,
    withDigestState: <T>(body: (untold: DigestWork) => Promise<T>): Promise<T | null> =>
      transaction('write', async (tx) => {
        const [state, policy] = await Promise.all([lockDigestState(tx), readPolicy(tx)])
        if (state === null) return null
        const { lastSentAt, ...reported } = state
        return body({
          reported,
          lastSentAt,
          kinds: parseNotify(policy.notify),
          read: () => readUnreported(tx, reported, now()),
          countDown: () => countDownHosts(tx, now()),
          save: (next, sentAt) => saveDigestState(tx, next, sentAt),
        })
      }),
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
