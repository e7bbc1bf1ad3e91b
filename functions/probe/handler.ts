import type { ProbeAnswer } from '../../shared/contracts/probe-answer.ts'
import { ProbeRequest } from '../../shared/contracts/probe-request.ts'
import { withinDeadline } from '../runtime/deadline.ts'
import { depsFromEnvironment, type FunctionDeps } from '../runtime/deps.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import { probePorts } from '../runtime/probe-ports.ts'
import { probeHosts } from './probe-hosts.ts'
import { report } from './report.ts'

/** Between the probe's 5 s and the database's 15 s for an idle transaction. */
export const HANDLER_DEADLINE_MS = 10_000

/**
 * Probes the hosts of one event, and answers with one outcome for each.
 * @throws DeadlineExceededError when the invocation takes too long.
 */
export const createProbeHandler = (
  deps: FunctionDeps,
  deadlineMs = HANDLER_DEADLINE_MS,
): LambdaHandler<ProbeAnswer> =>
  observed(deps.telemetry, async (event, context) => {
    const request = ProbeRequest.parse(event)
    const { cause, scheduledTime } = request
    const lagMs = scheduledTime === null ? null : deps.now().getTime() - scheduledTime.getTime()
    const { outcomes, suspect } = await withinDeadline(deadlineMs, (deadline) =>
      probeHosts(probePorts(deps, context.awsRequestId, deadline), request),
    )
    report(deps.telemetry, { cause, outcomes, suspect, lagMs })
    return { outcomes }
  })

/** What Lambda calls. */
export const handler = onColdStart(() => createProbeHandler(depsFromEnvironment(process.env, 'probe')))
