import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { createIngestHandler } from '../../../functions/ingest/handler.ts'
import type { BatchResponse } from '../../../functions/ingest/message.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { FUNCTIONS } from '../../../shared/domain/functions.ts'
import { freshDatabase, type TestDatabase } from '../postgres/database.ts'
import { type ScanBucket, startScanBucket } from '../servers/scan-bucket.ts'
import { startSqsWithClient } from '../servers/sqs.ts'
import { sqsEvent } from './drift.ts'
import { collectOutput, lambdaContext, type Output } from './probe.ts'

export type IngestFunction = AsyncDisposable & {
  readonly db: TestDatabase
  readonly bucket: ScanBucket
  readonly output: Output
  /** Hands messages to the function, one after another, as Lambda does. */
  readonly run: (...bodies: string[]) => Promise<BatchResponse>
  /** The same with a queue of scans that does not answer. */
  readonly runUnannounced: (...bodies: string[]) => Promise<BatchResponse>
  /** The ids of the scans that were announced since the last call. */
  readonly announced: () => Promise<string[]>
  /** The dead letters since the last call, by their attributes. */
  readonly deadLetters: () => Promise<{ reason: string; detail: string; key: string | null; body: string }[]>
}

/** The ingest function as it is deployed: its own database role, the real clients, S3 and SQS over HTTP. */
export async function ingestFunction(): Promise<IngestFunction> {
  await using starting = new AsyncDisposableStack()
  const db = starting.use(await freshDatabase())
  const bucket = starting.use(await startScanBucket())
  const sqs = starting.use(await startSqsWithClient())
  const { queue: scans, deadLetters } = await sqs.createQueue()
  const output = collectOutput()
  const database = openDatabase(db.as(FUNCTIONS.ingest.role))
  starting.defer(database.close)
  const deps = {
    database,
    telemetry: createTelemetry({
      service: FUNCTIONS.ingest.service,
      stage: 'test',
      output: output.stream,
    }),
    now: () => new Date(),
    s3: bucket.client,
    sqs: sqs.client,
    scanQueueUrl: scans.url,
    deadLetterQueueUrl: deadLetters.url,
  }
  const received = async (QueueUrl: string): Promise<Message[]> => {
    const found: Message[] = []
    for (;;) {
      const { Messages = [] } = await sqs.client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 600,
          MessageAttributeNames: ['All'],
        }),
      )
      if (Messages.length === 0) return found
      found.push(...Messages)
    }
  }
  const owned = starting.move()
  return {
    db,
    bucket,
    output,
    run: (...bodies) => createIngestHandler(deps)(sqsEvent(...bodies), lambdaContext()),
    runUnannounced: (...bodies) =>
      createIngestHandler({ ...deps, scanQueueUrl: `${scans.url}-gone` })(
        sqsEvent(...bodies),
        lambdaContext(),
      ),
    announced: async () =>
      (await received(scans.url)).map(({ Body = '{}' }) => String(JSON.parse(Body).scan_id)),
    deadLetters: async () =>
      (await received(deadLetters.url)).map(({ Body: body = '', MessageAttributes = {} }) => ({
        body,
        reason: MessageAttributes.reason?.StringValue ?? '',
        detail: MessageAttributes.detail?.StringValue ?? '',
        key: MessageAttributes.key?.StringValue ?? null,
      })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
