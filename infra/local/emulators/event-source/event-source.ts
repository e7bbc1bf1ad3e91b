import { setTimeout as delay } from 'node:timers/promises'
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { failedMessageIds } from './batch-response.ts'
import { toSqsRecord } from './sqs-event.ts'

export type EventSourceOptions = {
  readonly client: SQSClient
  readonly queue: { readonly url: string; readonly arn: string }
  /** Invokes the function. It throws, or answers with the messages of the batch that failed. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>
  /** Is called with every fault. SQS delivers the affected messages again. */
  readonly onFault: (message: string, cause: unknown) => void
  /** Messages per invocation, 1 to 100. More than 10 need a batching window. */
  readonly batchSize?: number
  /** How long to wait for more messages after the first message of a batch. */
  readonly batchingWindowMs?: number
  /** How many invocations may run at once. */
  readonly concurrency?: number
  /** An invocation that takes longer counts as failed. */
  readonly functionTimeoutMs?: number
}

export type EventSource = {
  /** Receives no more messages, and resolves when the invocations under way have ended. */
  readonly stop: () => Promise<void>
}

const DEFAULTS = { batchSize: 10, batchingWindowMs: 0, concurrency: 2, functionTimeoutMs: 30_000 }
/** SQS returns at most ten messages per call. */
const MAX_MESSAGES_A_CALL = 10
const MAX_BATCH_SIZE = 100
/** Short, so that stopping does not have to abort a call whose answer may contain a message. */
const LONG_POLL_SECONDS = 1
const BATCHING_POLL_MS = 50
const RETRY_AFTER_FAULT_MS = 500

/**
 * Does what a Lambda event source mapping with ReportBatchItemFailures does: it receives messages, invokes the
 * function and deletes the messages that it processed. The others become visible again after their visibility timeout,
 * and the queue itself moves messages that were received too often to its dead-letter queue.
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const settings = { ...DEFAULTS, ...options }
  if (!(settings.batchSize >= 1 && settings.batchSize <= MAX_BATCH_SIZE)) {
    throw new RangeError(`a batch is of 1 to ${MAX_BATCH_SIZE} messages, not ${settings.batchSize}`)
  }
  const stopping = new AbortController()
  const pollers = Array.from({ length: settings.concurrency }, () => poll(settings, stopping.signal))
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(pollers)
    },
  }
}

type Settings = EventSourceOptions & typeof DEFAULTS

async function poll(settings: Settings, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      const messages = await receiveBatch(settings, stopping)
      if (messages.length > 0) await deliver(settings, messages)
    } catch (cause) {
      settings.onFault('the queue cannot be read: trying again', cause)
      await delay(RETRY_AFTER_FAULT_MS, undefined, { signal: stopping }).catch(() => {})
    }
  }
}

/** Waits for a first message, then for more until the batch is full or its window closes. */
async function receiveBatch(settings: Settings, stopping: AbortSignal): Promise<Message[]> {
  const batch = await receive(settings, settings.batchSize, LONG_POLL_SECONDS)
  const closesAt = performance.now() + settings.batchingWindowMs
  const isOpen = () => batch.length < settings.batchSize && performance.now() < closesAt && !stopping.aborted
  while (batch.length > 0 && isOpen()) {
    const more = await receive(settings, settings.batchSize - batch.length, 0)
    batch.push(...more)
    if (more.length === 0) await delay(BATCHING_POLL_MS)
  }
  return batch
}

async function receive({ client, queue }: Settings, wanted: number, waitSeconds: number): Promise<Message[]> {
  const { Messages } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: Math.min(wanted, MAX_MESSAGES_A_CALL),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  )
  return Messages ?? []
}

async function deliver(settings: Settings, messages: readonly Message[]): Promise<void> {
  const records = messages.map((message) => toSqsRecord(message, settings.queue.arn))
  const delivered = new Set(records.map(({ messageId }) => messageId))
  let failed: ReadonlySet<string> = delivered
  try {
    failed = failedMessageIds(await inTime(settings, { Records: records }), delivered)
  } catch (cause) {
    settings.onFault(`an invocation with ${records.length} messages failed`, cause)
  }
  const done = records.filter(({ messageId }) => !failed.has(messageId))
  await remove(
    settings,
    done.map(({ receiptHandle }) => receiptHandle),
  )
}

async function inTime({ invoke, functionTimeoutMs }: Settings, event: SQSEvent): Promise<unknown> {
  const ended = new AbortController()
  const timeout = delay(functionTimeoutMs, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`no answer within ${functionTimeoutMs} ms`)
  })
  // The timer is cancelled when the invocation ends first.
  timeout.catch(() => {})
  try {
    return await Promise.race([invoke(event), timeout])
  } finally {
    ended.abort()
  }
}

async function remove(
  { client, queue, onFault }: Settings,
  receiptHandles: readonly string[],
): Promise<void> {
  for (let at = 0; at < receiptHandles.length; at += MAX_MESSAGES_A_CALL) {
    const entries = receiptHandles.slice(at, at + MAX_MESSAGES_A_CALL)
    const { Failed = [] } = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: entries.map((handle, i) => ({ Id: String(i), ReceiptHandle: handle })),
      }),
    )
    if (Failed.length > 0) onFault(`${Failed.length} messages were dealt with but not deleted`, Failed)
  }
}
