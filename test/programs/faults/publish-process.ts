/**
 * One run of the publish function in a process of its own, as on Lambda. It kills or freezes itself at a step of the
 * run, by its number, and otherwise says which steps there were.
 */
import { Writable } from 'node:stream'
import { createPublishHandler } from '../../../functions/publish/handler.ts'
import { localEventBridgeClient } from '../../../infra/local/emulators/event-bus/server.ts'
import { createContext } from '../../../infra/local/emulators/lambda/context.ts'
import { localSnsClient } from '../../../infra/local/emulators/sns/server.ts'
import { functionDeps, localIdentity } from '../../../infra/local/functions.ts'
import { type EventBus, eventBus } from '../../../shared/aws/event-bus.ts'
import { digestTopic } from '../../../shared/aws/topic.ts'
import type { Connection } from '../../../shared/db/client.ts'
import type { Database } from '../../../shared/db/transaction.ts'

export type PublishOrder = {
  readonly connection: Connection
  readonly stage: string
  readonly eventBridge: { readonly endpoint: string; readonly bus: string }
  readonly sns: { readonly endpoint: string; readonly topicArn: string }
  /** What this process is to take for the time, in ms since the epoch. */
  readonly nowMs: number
  /** The step, from 1, at which it ends; null where it is to come to its end. */
  readonly stopAt: { readonly step: number; readonly signal: 'SIGKILL' | 'SIGSTOP' } | null
}

export type PublishReply = { readonly steps: readonly string[]; readonly error: string | null }

const order: PublishOrder = JSON.parse(process.argv[2] ?? '')
const steps: string[] = []

/** It is at this step now. */
function at(step: string): void {
  steps.push(step)
  if (steps.length !== order.stopAt?.step) return
  // Synchronous: the process does nothing after it, or after it before it is thawed.
  process.kill(process.pid, order.stopAt.signal)
}

/** Each transaction has a step after it began, one before it commits and one after it. */
const watched = ({ until, close }: Database): Database => ({
  close,
  until: (deadline) => ({
    transaction: async (kind, body) => {
      const value = await until(deadline).transaction(kind, async (tx, lost) => {
        at(`${kind} begun`)
        const result = await body(tx, lost)
        at(`${kind} not committed`)
        return result
      })
      at(`${kind} committed`)
      return value
    },
  }),
})

const watchedBus = ({ exists, put }: EventBus): EventBus => ({
  exists,
  put: async (events, signal) => {
    at('call not made')
    const answer = await put(events, signal)
    at('call answered')
    return answer
  },
})

const log = new Writable({ write: (_chunk, _encoding, done) => done() })
const deps = functionDeps(
  { database: { as: () => order.connection }, log, now: () => new Date(order.nowMs) },
  'publish',
)
const send = digestTopic(localSnsClient(order.sns.endpoint), order.sns.topicArn)
const handle = createPublishHandler({
  ...deps,
  database: watched(deps.database),
  stage: order.stage,
  bus: watchedBus(eventBus(localEventBridgeClient(order.eventBridge.endpoint), order.eventBridge.bus)),
  sendDigest: async (digest) => {
    at('digest not sent')
    await send(digest)
    at('digest sent')
  },
})
const context = createContext({ ...localIdentity('publish'), memoryMb: 256 }, 60_000)
const error = await handle({}, context).then(
  () => null,
  (fault: unknown) => String(fault),
)
process.send?.({ steps, error } satisfies PublishReply, () => process.exit(0))
