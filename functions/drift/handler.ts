import { withinDeadline } from '../runtime/deadline.ts'
import { type DriftDeps, driftDepsFromEnvironment, driftPorts } from '../runtime/drift-ports.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import { handleBatch } from './handle-batch.ts'
import { judgeScans } from './judge-scans.ts'
import { type BatchResponse, SqsEvent } from './message.ts'
import { report } from './report.ts'

/** The time for judging a batch. The rest of the function's 60 s is for sending to the dead-letter queue. */
export const JUDGING_DEADLINE_MS = 35_000

/**
 * The handler does not use the batch processor of Powertools, which calls a function for each record: here the
 * records of a batch are judged together, in three statements.
 */
export const createDriftHandler = (
  deps: DriftDeps,
  deadlineMs = JUDGING_DEADLINE_MS,
): LambdaHandler<BatchResponse> =>
  observed(deps.telemetry, async (event) => {
    const { Records: messages } = SqsEvent.parse(event)
    const decided = await handleBatch(
      {
        judge: (scans) =>
          withinDeadline(deadlineMs, (deadline) =>
            judgeScans(driftPorts(deps.database.until(deadline)), scans),
          ),
        reject: deps.reject,
      },
      messages,
    )
    report(deps.telemetry, decided, deps.now())
    const retried = decided.filter(({ decision }) => decision === 'retried')
    return { batchItemFailures: retried.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  })

/** What Lambda calls. */
export const handler = onColdStart(() => createDriftHandler(driftDepsFromEnvironment(process.env)))
