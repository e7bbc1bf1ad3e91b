import { createPublishHandler, type PublishResponse } from '../../../functions/publish/handler.ts'
import type { PublishDeps } from '../../../functions/runtime/publish-ports.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import type { DeliveredEvent } from '../../../infra/local/emulators/event-bus/put-events.ts'
import {
  type LocalEventBus,
  localEventBridgeClient,
  startEventBus,
} from '../../../infra/local/emulators/event-bus/server.ts'
import { type EventBus, eventBus } from '../../../shared/aws/event-bus.ts'
import type { SendDigest } from '../../../shared/aws/topic.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import { FUNCTIONS } from '../../../shared/domain/functions.ts'
import { freshDatabase, type TestDatabase } from '../postgres/database.ts'
import { collectOutput, lambdaContext, type Output } from './probe.ts'

export const BUS_NAME = 'fleet-awareness-test'

export type PublishEnvironment = AsyncDisposable & {
  readonly deps: PublishDeps
  readonly output: Output
  readonly run: (event?: unknown) => Promise<PublishResponse>
  /** What people were sent. */
  readonly digests: Digest[]
}

export type PublishFunction = PublishEnvironment & {
  readonly db: TestDatabase
  readonly local: LocalEventBus
  /** Every event that the bus took, in the order in which it did. */
  readonly delivered: DeliveredEvent[]
  /** Another environment of the same function, as Lambda starts one for a second run at the same time. */
  readonly another: (around?: (bus: EventBus) => EventBus) => PublishEnvironment
  /** The time goes on by so much, for this environment. */
  readonly later: (ms: number) => void
  /** How the topic answers. */
  readonly topic: { isDown: boolean }
}

/** The publish function as it is deployed, on a database of its own or on one that is there: its own database role, the real client, EventBridge over HTTP. */
export async function publishFunction({
  answerAfterMs = 0,
  on,
}: {
  answerAfterMs?: number
  on?: TestDatabase
} = {}): Promise<PublishFunction> {
  const db = on ?? (await freshDatabase())
  const delivered: DeliveredEvent[] = []
  const local = await startEventBus({
    buses: [BUS_NAME],
    now: () => new Date(),
    onEvent: (event) => void delivered.push(event),
    answerAfterMs,
  })
  const client = localEventBridgeClient(local.endpoint)
  const another = (around: (bus: EventBus) => EventBus = (bus) => bus): PublishEnvironment =>
    publishEnvironment(db, around(eventBus(client, BUS_NAME)))
  let aheadMs = 0
  const topic = { isDown: false }
  const send: SendDigest = async () => {
    if (topic.isDown) throw new Error('the topic is down')
  }
  const now = (): Date => new Date(Date.now() + aheadMs)
  const first = publishEnvironment(db, eventBus(client, BUS_NAME), now, send)
  return {
    ...first,
    db,
    local,
    delivered,
    another,
    topic,
    later: (ms) => {
      aheadMs += ms
    },
    [Symbol.asyncDispose]: async () => {
      await first[Symbol.asyncDispose]()
      client.destroy()
      await local.stop()
      if (on === undefined) await db[Symbol.asyncDispose]()
    },
  }
}

/** One environment of the publish function, under its own database role. */
export function publishEnvironment(
  db: TestDatabase,
  bus: EventBus,
  now = () => new Date(),
  send: SendDigest = async () => {},
): PublishEnvironment {
  const digests: Digest[] = []
  const sendDigest: SendDigest = async (digest) => {
    await send(digest)
    digests.push(digest)
  }
  const output = collectOutput()
  const database = openDatabase(db.as(FUNCTIONS.publish.role))
  const deps: PublishDeps = {
    database,
    telemetry: createTelemetry({
      service: FUNCTIONS.publish.service,
      stage: 'test',
      output: output.stream,
    }),
    now,
    stage: 'test',
    bus,
    sendDigest,
  }
  const handler = createPublishHandler(deps)
  return {
    deps,
    output,
    digests,
    run: (event = {}) => handler(event, lambdaContext()),
    [Symbol.asyncDispose]: database.close,
  }
}
