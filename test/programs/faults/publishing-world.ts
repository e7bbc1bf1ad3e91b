import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SubscribeCommand } from '@aws-sdk/client-sns'
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { createPublishHandler, type PublishResponse } from '../../../functions/publish/handler.ts'
import { localEventBridgeClient, startEventBus } from '../../../infra/local/emulators/event-bus/server.ts'
import { createContext } from '../../../infra/local/emulators/lambda/context.ts'
import { startSns } from '../../../infra/local/emulators/sns/server.ts'
import { localSqsClient } from '../../../infra/local/emulators/sqs/server.ts'
import { functionDeps, localIdentity } from '../../../infra/local/functions.ts'
import { type EventBus, eventBus } from '../../../shared/aws/event-bus.ts'
import { digestTopic } from '../../../shared/aws/topic.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { addHosts } from '../../support/hosts.ts'
import { startBenchDatabase } from '../../support/postgres/prepared-database.ts'
import { type Delivered, waitingIds, writeChanges } from '../../support/published-events.ts'
import type { PublishOrder, PublishReply } from './publish-process.ts'
import { nowhere } from './world.ts'

/** A run of the publish function in a process of its own: it may be killed, frozen and thawed. */
export type PublishProcess = {
  /** By its own reply, or null where it ended without one. */
  readonly reply: Promise<PublishReply | null>
  /** Whether SIGSTOP has stopped it. */
  readonly isFrozen: () => boolean
  readonly thaw: () => void
}

export type PublishingWorld = AsyncDisposable & {
  readonly hosts: readonly HostId[]
  /** What the bus took, in its order, since the last call. */
  readonly takeDelivered: () => Delivered[]
  /** The subjects of the digests that people received since the last call. */
  readonly takeDigests: () => Promise<string[]>
  /** Each of these hosts changes to each of these states; returns the events' ids. */
  readonly change: (hosts: readonly HostId[], ...to: ('reachable' | 'unreachable')[]) => Promise<string[]>
  /** How many events wait to be published. */
  readonly waiting: () => Promise<number>
  /** A run in a process of its own, a fleet minute after the run before. */
  readonly runProcess: (stopAt?: PublishOrder['stopAt']) => PublishProcess
  /** A run in this process, a fleet minute after the run before. */
  readonly run: () => Promise<PublishResponse>
  readonly faults: Awaited<ReturnType<typeof startEventBus>>['faults']
  /** Whether anything listens at the endpoint of the bus. */
  readonly bus: { isReachable: boolean }
}

const PROGRAM = fileURLToPath(new URL('./publish-process.ts', import.meta.url))
const STAGE = 'faults'
const BUS = 'fleet-awareness-faults'
/** A little more than the minute that has to pass between two digests. */
const RUN_EVERY_MS = 61_000

/** The publish function with its own role, the database, EventBridge, SNS and somebody who reads the digests. */
export async function startPublishingWorld(hostCount: number): Promise<PublishingWorld> {
  await using starting = new AsyncDisposableStack()
  const db = starting.use(await startBenchDatabase())
  let delivered: Delivered[] = []
  const onEvent = (event: Delivered): void => void delivered.push(event)
  const local = await startEventBus({ buses: [BUS], now: () => new Date(), onEvent, answerAfterMs: 5 })
  starting.defer(local.stop)
  const sns = await startSns('people')
  starting.defer(sns.stop)
  const inbox = await openInbox(sns)
  starting.defer(async () => inbox.close())
  const children = new Set<() => void>()
  starting.defer(async () => {
    for (const kill of children) kill()
  })

  const client = localEventBridgeClient(local.endpoint)
  const away = localEventBridgeClient('http://127.0.0.1:1')
  const bus = { isReachable: true }
  const [open, closed] = [eventBus(client, BUS), eventBus(away, BUS)]
  const reached = (): EventBus => (bus.isReachable ? open : closed)
  let nowMs = Date.now()
  const deps = functionDeps({ database: db, now: () => new Date(nowMs), log: nowhere() }, 'publish')
  starting.defer(async () => {
    await deps.database.close()
    client.destroy()
    away.destroy()
  })
  const handle = createPublishHandler({
    ...deps,
    stage: STAGE,
    bus: {
      exists: (signal) => reached().exists(signal),
      put: (events, signal) => reached().put(events, signal),
    },
    sendDigest: digestTopic(sns.client, sns.topicArn),
  })
  const hosts = await addHosts(db.sql, hostCount)
  const owned = starting.move()
  return {
    hosts,
    bus,
    faults: local.faults,
    takeDelivered: () => {
      const taken = delivered
      delivered = []
      return taken
    },
    takeDigests: inbox.take,
    change: async (changing, ...states) => {
      const ids: string[] = []
      for (const to of states) ids.push(...(await writeChanges(db, changing, to)))
      return ids
    },
    waiting: async () => (await waitingIds(db)).length,
    runProcess: (stopAt = null) => {
      nowMs += RUN_EVERY_MS
      const order = {
        connection: db.as('awareness_publish'),
        stage: STAGE,
        eventBridge: { endpoint: local.endpoint, bus: BUS },
        sns: { endpoint: sns.endpoint, topicArn: sns.topicArn },
        nowMs,
        stopAt,
      }
      const { kill, ...process } = startProcess(order)
      children.add(kill)
      return process
    },
    run: () => {
      nowMs += RUN_EVERY_MS
      return handle({}, createContext({ ...localIdentity('publish'), memoryMb: 256 }, 60_000))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function startProcess(order: PublishOrder): PublishProcess & { readonly kill: () => void } {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let reply: PublishReply | null = null
  child.once('message', (message: PublishReply) => {
    reply = message
  })
  const kill = (): void => void child.kill('SIGKILL')
  // A frozen one would not notice that its parent has gone.
  process.once('exit', kill)
  const ended = once(child, 'exit').then(() => {
    process.off('exit', kill)
    return reply
  })
  // `ps` says T of a process that is stopped.
  const state = (): string =>
    execFileSync('ps', ['-o', 'stat=', '-p', String(child.pid)], { encoding: 'utf8' })
  return {
    reply: ended,
    isFrozen: () => state().startsWith('T'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
  }
}

/** Somebody who has subscribed to the topic. */
async function openInbox({ endpoint, client, topicArn }: Awaited<ReturnType<typeof startSns>>) {
  const sqs = localSqsClient(endpoint)
  const { QueueUrl: given = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' }))
  const url = new URL(new URL(given).pathname, endpoint).href
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:inbox'
  await client.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint }))
  return {
    close: () => sqs.destroy(),
    take: async (): Promise<string[]> => {
      const subjects: string[] = []
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
        )
        if (Messages.length === 0) return subjects
        for (const { Body = '{}', ReceiptHandle } of Messages) {
          subjects.push(String(JSON.parse(Body).Subject))
          await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
        }
      }
    },
  }
}
