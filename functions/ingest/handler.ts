import { withinDeadline } from '../runtime/deadline.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import { type IngestDeps, ingestDepsFromEnvironment, ingestPorts } from '../runtime/ingest-ports.ts'
import { type HandledMessage, handleMessage } from './handle-message.ts'
import { type BatchResponse, SqsEvent } from './message.ts'
import { report } from './report.ts'

/** The time for a message, below Lambda's 120 s: downloading 64 MiB, reading it, and recording 50,000 rules. */
export const INGEST_DEADLINE_MS = 100_000

/**
 * Ingests the objects that messages of S3 name, one after another: a file may be as large as the function's memory
 * allows. Lambda hands over one message at a time.
 */
export const createIngestHandler = (
  deps: IngestDeps,
  deadlineMs = INGEST_DEADLINE_MS,
): LambdaHandler<BatchResponse> =>
  observed(deps.telemetry, async (event) => {
    const { Records: messages } = SqsEvent.parse(event)
    const handled: HandledMessage[] = []
    for (const message of messages) {
      handled.push(
        await withinDeadline(deadlineMs, (deadline) => handleMessage(ingestPorts(deps, deadline), message)),
      )
    }
    report(deps.telemetry, handled)
    const retried = handled.filter(({ decision }) => decision === 'retried')
    return { batchItemFailures: retried.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  })

/** What Lambda calls. */
export const handler = onColdStart(() => createIngestHandler(ingestDepsFromEnvironment(process.env)))
