import type { SQSClient } from '@aws-sdk/client-sqs'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { createIngestHandler } from '../../functions/ingest/handler.ts'
import type { BatchResponse } from '../../functions/ingest/message.ts'
import { createNames } from '../../shared/domain/names.ts'
import { startEventSource } from './emulators/event-source/event-source.ts'
import { createLambda } from './emulators/lambda/function.ts'
import { localS3Client, type PutNotification, startS3 } from './emulators/s3/server.ts'
import { createQueueWithDeadLetters } from './emulators/sqs/queues.ts'
import { type FunctionSurroundings, functionDeps, localIdentity, STAGE } from './functions.ts'

export type IngestPipelineDeps = FunctionSurroundings & {
  /** SQS of this run, and in it the queue of finished scans. */
  readonly sqs: { readonly client: SQSClient; readonly endpoint: string; readonly scanQueueUrl: string }
  readonly onFault: (error: unknown) => void
}

export type IngestPipeline = {
  /** For AWS_ENDPOINT_URL_S3, and the name of the bucket for results files. */
  readonly s3: { readonly endpoint: string; readonly bucket: string }
  readonly deadLetterQueueUrl: string
  /** Takes no more files, and waits for those under way. */
  readonly stop: () => Promise<void>
}

const names = createNames(STAGE)
/** The name of the bucket on this machine: its account and its region are made up. */
export const LOCAL_SCAN_BUCKET = names.scanBucket('000000000000', 'us-east-1')
/** As deployed. */
const MAX_RECEIVE_COUNT = 5
const CONCURRENCY = 2
const TIMEOUT_MS = 120_000
/** Shorter than in AWS, so that a file that cannot be recorded is a dead letter within minutes. */
const VISIBILITY_TIMEOUT_SECONDS = 30

/** Starts S3 with the bucket for results files, and the ingest function on its notifications as in AWS. */
export async function startIngestPipeline(deps: IngestPipelineDeps): Promise<IngestPipeline> {
  const { client, endpoint, scanQueueUrl } = deps.sqs
  const { queue, deadLetters } = await createQueueWithDeadLetters(client, endpoint, {
    name: names.scanFiles,
    visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
    maxReceiveCount: MAX_RECEIVE_COUNT,
  })
  const announce = (notification: PutNotification): void => {
    const message = { QueueUrl: queue.url, MessageBody: JSON.stringify(notification) }
    client.send(new SendMessageCommand(message)).catch(deps.onFault)
  }
  const s3 = await startS3({ bucket: LOCAL_SCAN_BUCKET, now: deps.now, onPut: announce })
  const s3Client = localS3Client(s3.endpoint)
  const ingest = createLambda<SQSEvent, BatchResponse>({
    ...localIdentity('ingest'),
    maxConcurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    coldStart: () => {
      const common = functionDeps(deps, 'ingest')
      const handle = createIngestHandler({
        ...common,
        s3: s3Client,
        sqs: client,
        scanQueueUrl,
        deadLetterQueueUrl: deadLetters.url,
      })
      return { handle, dispose: common.database.close }
    },
  })
  const source = startEventSource({
    client,
    queue,
    invoke: ingest.invoke,
    batchSize: 1,
    concurrency: CONCURRENCY,
    functionTimeoutMs: TIMEOUT_MS,
    onFault: (message, cause) => deps.onFault(new Error(message, { cause })),
  })
  return {
    s3: { endpoint: s3.endpoint, bucket: LOCAL_SCAN_BUCKET },
    deadLetterQueueUrl: deadLetters.url,
    stop: async () => {
      await source.stop()
      await ingest.drain()
      s3Client.destroy()
      await s3.stop()
    },
  }
}
