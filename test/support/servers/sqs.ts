import type { SQSClient } from '@aws-sdk/client-sqs'
import { createQueueWithDeadLetters, type Queue } from '../../../infra/local/emulators/sqs/queues.ts'
import { localSqsClient, startSqs } from '../../../infra/local/emulators/sqs/server.ts'

export type Sqs = AsyncDisposable & {
  readonly client: SQSClient
  readonly endpoint: string
  /** Makes a queue of its own, with dead letters. A message is tried five times within 60 s each unless told otherwise. */
  readonly createQueue: (settings?: {
    visibilityTimeoutSeconds?: number
    maxReceiveCount?: number
  }) => Promise<{ queue: Queue; deadLetters: Queue }>
}

/** SQS on loopback, and the client that finds it. */
export async function startSqsWithClient(): Promise<Sqs> {
  const server = await startSqs()
  const client = localSqsClient(server.endpoint)
  let made = 0
  return {
    client,
    endpoint: server.endpoint,
    createQueue: ({ visibilityTimeoutSeconds = 60, maxReceiveCount = 5 } = {}) =>
      createQueueWithDeadLetters(client, server.endpoint, {
        name: `queue-${++made}`,
        visibilityTimeoutSeconds,
        maxReceiveCount,
      }),
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await server.stop()
    },
  }
}
