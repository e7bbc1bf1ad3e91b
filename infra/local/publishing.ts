import type { Writable } from 'node:stream'
import { createPublishHandler, type PublishResponse } from '../../functions/publish/handler.ts'
import { eventBus } from '../../shared/aws/event-bus.ts'
import { digestTopic } from '../../shared/aws/topic.ts'
import { EVENT_LINES } from '../../shared/domain/event-lines.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import { createNames } from '../../shared/domain/names.ts'
import type { DeliveredEvent } from './emulators/event-bus/put-events.ts'
import { type LocalEventBus, localEventBridgeClient, startEventBus } from './emulators/event-bus/server.ts'
import { createLambda, type Lambda } from './emulators/lambda/function.ts'
import { subscribeToLines } from './emulators/logs/subscription.ts'
import { startSns } from './emulators/sns/server.ts'
import { type FunctionSurroundings, functionDeps, localIdentity, STAGE } from './functions.ts'

export type PublishingDeps = FunctionSurroundings & {
  /** Is given every event of the bus, as the target of a rule would be. It must not throw. */
  readonly onEvent: (event: DeliveredEvent) => void
  readonly onFault: (error: unknown) => void
}

export type Publishing = {
  readonly bus: LocalEventBus
  /** Where the other functions log: a line of theirs that says that there is an event starts publishing. */
  readonly log: Writable
  /** For the minute clock. */
  readonly publish: Lambda<unknown, PublishResponse>
  /** Publishes what is left, and leaves nothing running. */
  readonly stop: () => Promise<void>
}

const { bus: LOCAL_BUS, digests: DIGEST_TOPIC } = createNames(STAGE)
/** As deployed. */
const CONCURRENCY = 2
const TIMEOUT_MS = 60_000

/** Starts an event bus, and the publish function that log lines and the minute clock invoke, as in AWS. */
export async function startPublishing(deps: PublishingDeps): Promise<Publishing> {
  const bus = await startEventBus({ buses: [LOCAL_BUS], now: deps.now, onEvent: deps.onEvent })
  const client = localEventBridgeClient(bus.endpoint)
  const sns = await startSns(DIGEST_TOPIC)
  const publish = createLambda<unknown, PublishResponse>({
    ...localIdentity('publish'),
    maxConcurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    coldStart: () => {
      const functionDependencies = functionDeps(deps, 'publish')
      const handle = createPublishHandler({
        ...functionDependencies,
        stage: STAGE,
        bus: eventBus(client, LOCAL_BUS),
        sendDigest: digestTopic(sns.client, sns.topicArn),
      })
      return { handle, dispose: functionDependencies.database.close }
    },
    onResult: (result) => {
      if (result.outcome === 'failed') deps.onFault(result.error)
    },
  })
  const subscriptions = Object.entries(EVENT_LINES).map(([name, messages]) => ({
    service: FUNCTIONS[name as keyof typeof EVENT_LINES].service,
    messages,
  }))
  return {
    bus,
    publish,
    log: subscribeToLines(deps.log, subscriptions, (event) => {
      // One that waits publishes all that is there when its turn comes.
      if (publish.counts().waiting === 0) publish.invokeAsync(event)
    }),
    stop: async () => {
      await publish.invoke({}).catch(deps.onFault)
      await publish.drain()
      client.destroy()
      await sns.stop()
      await bus.stop()
    },
  }
}
