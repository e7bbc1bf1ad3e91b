import type { SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { createDriftHandler } from '../../functions/drift/handler.ts'
import type { BatchResponse } from '../../functions/drift/message.ts'
import type { DriftDeps } from '../../functions/runtime/drift-ports.ts'
import { type RejectedMessage, sendToDeadLetters } from '../../shared/aws/queues.ts'
import { startEventSource } from './emulators/event-source/event-source.ts'
import { createLambda, type Lambda } from './emulators/lambda/function.ts'
import { createQueueWithDeadLetters } from './emulators/sqs/queues.ts'
import { localSqsClient, startSqs } from './emulators/sqs/server.ts'
import type { Endpoints } from './endpoints.ts'
import { type FunctionSurroundings, functionDeps, localIdentity } from './functions.ts'

export type DriftPipelineDeps = FunctionSurroundings & {
  readonly onFault: (error: unknown) => void
  /** After this time SQS delivers a message again that was not deleted. */
  readonly visibilityTimeoutSeconds?: number
}

export type DriftPipeline = {
  /** Where finished scans are announced. */
  readonly queue: { readonly client: SQSClient; readonly url: string }
  readonly sqs: Endpoints['sqs']
  /** How many messages the function processed, without those that it rejected. */
  readonly judged: () => number
  /** Accepts no more messages, waits for those under way, and stops SQS. */
  readonly stop: () => Promise<void>
}

const QUEUE_NAME = 'scan-completed'
/** As deployed. */
const MAX_RECEIVE_COUNT = 5
const CONCURRENCY = 2
const TIMEOUT_MS = 60_000
/** Shorter than in AWS, so that a message that cannot be processed is a dead letter within minutes. */
const VISIBILITY_TIMEOUT_SECONDS = 30

/** Starts SQS with the queue of finished scans, and the drift function on it as in AWS. */
export async function startDriftPipeline(deps: DriftPipelineDeps): Promise<DriftPipeline> {
  const server = await startSqs()
  const client = localSqsClient(server.endpoint)
  const { queue, deadLetters } = await createQueueWithDeadLetters(client, server.endpoint, {
    name: QUEUE_NAME,
    visibilityTimeoutSeconds: deps.visibilityTimeoutSeconds ?? VISIBILITY_TIMEOUT_SECONDS,
    maxReceiveCount: MAX_RECEIVE_COUNT,
  })
  const counts = { acknowledged: 0, rejected: 0 }
  const reject = async (message: RejectedMessage): Promise<void> => {
    await sendToDeadLetters(client, deadLetters.url, message)
    counts.rejected += 1
  }
  const drift = createDriftLambda(deps, reject, (messages) => {
    counts.acknowledged += messages
  })
  const source = startEventSource({
    client,
    queue,
    invoke: drift.invoke,
    concurrency: CONCURRENCY,
    functionTimeoutMs: TIMEOUT_MS,
    onFault: (message, cause) => deps.onFault(new Error(message, { cause })),
  })
  return {
    queue: { client, url: queue.url },
    sqs: { endpoint: server.endpoint, queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url },
    judged: () => Math.max(0, counts.acknowledged - counts.rejected),
    stop: async () => {
      await source.stop()
      await drift.drain()
      client.destroy()
      await server.stop()
    },
  }
}

function createDriftLambda(
  deps: DriftPipelineDeps,
  reject: DriftDeps['reject'],
  onAcknowledged: (messages: number) => void,
): Lambda<SQSEvent, BatchResponse> {
  return createLambda<SQSEvent, BatchResponse>({
    ...localIdentity('drift'),
    maxConcurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    coldStart: () => {
      const functionDependencies = functionDeps(deps, 'drift')
      return {
        handle: createDriftHandler({ ...functionDependencies, reject }),
        dispose: functionDependencies.database.close,
      }
    },
    onResult: (result) => {
      if (result.outcome !== 'succeeded') return
      onAcknowledged(result.event.Records.length - result.value.batchItemFailures.length)
    },
  })
}
