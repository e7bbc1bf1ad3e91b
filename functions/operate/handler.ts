import type { OperateAnswer } from '../../shared/contracts/operate-answer.ts'
import { OperateRequest } from '../../shared/contracts/operate-request.ts'
import { withinDeadline } from '../runtime/deadline.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import { type OperateDeps, operateDepsFromEnvironment, operatePorts } from '../runtime/operate-ports.ts'
import { operate } from './operate.ts'
import { report } from './report.ts'

/** Below Lambda's 30 s for this function, so that the caller gets the reason. */
export const OPERATE_DEADLINE_MS = 25_000

/**
 * Answers one command of an operator.
 * @throws DeadlineExceededError when the database does not answer in time.
 */
export const createOperateHandler = (
  deps: OperateDeps,
  deadlineMs = OPERATE_DEADLINE_MS,
): LambdaHandler<OperateAnswer> =>
  observed(deps.telemetry, async (event, context) => {
    const request = OperateRequest.parse(event)
    const answer = await withinDeadline(deadlineMs, (deadline) =>
      operate(operatePorts(deps, context.awsRequestId, deadline), request),
    )
    report(deps.telemetry, request, answer)
    return answer
  })

/** What Lambda calls. */
export const handler = onColdStart(() => createOperateHandler(operateDepsFromEnvironment(process.env)))
