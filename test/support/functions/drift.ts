import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { DriftDeps } from '../../../functions/runtime/drift-ports.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { sendToDeadLetters } from '../../../shared/aws/queues.ts'
import { type Database, openDatabase } from '../../../shared/db/transaction.ts'
import type { CompletedScan } from '../../../shared/domain/scan-reading.ts'
import type { TestDatabase } from '../postgres/database.ts'
import type { RecordedScan } from '../recorded-scans.ts'
import { startSqsWithClient } from '../servers/sqs.ts'
import { collectOutput, type Output } from './probe.ts'

/** A queue over HTTP, and all that was ever found in it. */
export type DeadLetters = AsyncDisposable & {
  readonly reject: DriftDeps['reject']
  readonly received: () => Promise<{ body: string; reason: string; detail: string }[]>
}

export async function startDeadLetters(): Promise<DeadLetters> {
  const sqs = await startSqsWithClient()
  const { client } = sqs
  const { queue } = await sqs.createQueue()
  const QueueUrl = queue.url
  return {
    reject: (message) => sendToDeadLetters(client, QueueUrl, message),
    received: async () => {
      const found: Message[] = []
      for (;;) {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 600,
            MessageAttributeNames: ['All'],
          }),
        )
        if (Messages.length === 0) break
        found.push(...Messages)
      }
      return found.map(({ Body = '', MessageAttributes }) => ({
        body: Body,
        reason: MessageAttributes?.reason?.StringValue ?? '',
        detail: MessageAttributes?.detail?.StringValue ?? '',
      }))
    },
    [Symbol.asyncDispose]: sqs[Symbol.asyncDispose],
  }
}

/** One environment of the drift function, under its own database role. */
export function driftEnvironment(
  db: TestDatabase,
  reject: DriftDeps['reject'],
  around: (database: Database) => Database = (database) => database,
): DriftDeps & AsyncDisposable & { readonly output: Output } {
  const output = collectOutput()
  const database = openDatabase(db.as('awareness_drift'))
  return {
    database: around(database),
    telemetry: createTelemetry({ service: 'awareness-drift', stage: 'test', output: output.stream }),
    now: () => new Date(),
    reject,
    output,
    [Symbol.asyncDispose]: database.close,
  }
}

export const announced = ({ hostId, scanId, completedAt }: RecordedScan): CompletedScan => ({
  hostId,
  scanId,
  completedAtMs: completedAt.getTime(),
})

/** The body of a scan's message, with further fields as a scanner may add them. */
export const bodyOf = ({ hostId, scanId, completedAt }: RecordedScan): string =>
  JSON.stringify({
    event: 'scan.completed',
    version: 1,
    host_id: hostId.toUpperCase(),
    scan_id: scanId,
    completed_at: completedAt.toISOString(),
    scanner: { name: 'test' },
  })

/** An SQS event of these bodies; the messages are called m0, m1, … */
export const sqsEvent = (...bodies: string[]): object => ({
  Records: bodies.map((body, i) => ({ messageId: `m${i}`, body, eventSource: 'aws:sqs' })),
})
