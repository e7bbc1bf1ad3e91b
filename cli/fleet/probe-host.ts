import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatCount, formatMilliseconds } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { noSuchHost, resolveHostId } from '../terminal/resolve-host.ts'
import type { OperatorClient } from './operator-client.ts'

/** Probes a host now. The result counts as that of any other probe. */
export async function probeHost(
  client: OperatorClient,
  output: Output,
  { host, json }: { readonly host: string; readonly json: boolean },
): Promise<ExitCode> {
  const hostId = await resolveHostId(client.findHosts, host)
  const outcome = await client.probe(hostId)
  if (outcome.outcome === 'unknown_host') throw noSuchHost(host)
  output.out(json ? JSON.stringify(toJson(hostId, outcome)) : `${host}: ${describeOutcome(outcome)}`)
  return chooseExitCode(outcome)
}

function chooseExitCode(outcome: HostOutcome): ExitCode {
  if (outcome.outcome !== 'probed') return EXIT.noResult
  return outcome.result.kind === 'reachable' ? EXIT.done : EXIT.unreachable
}

function describeOutcome(outcome: HostOutcome): string {
  if (outcome.outcome === 'inconclusive') return `no result, through no fault of the host: ${outcome.reason}`
  if (outcome.outcome !== 'probed') return 'no result: another probe of it is under way'
  const { result, step } = outcome
  const change = step.transition === null ? '' : ` (was ${step.transition.from})`
  if (result.kind === 'reachable') {
    const answer = `answered in ${formatMilliseconds(result.responseMs)}, ${result.identification}`
    return `${answer}; ${step.next.status}${change}`
  }
  const failures = `${formatCount(step.next.consecutiveFailures, 'failure')} in a row`
  return `no answer, ${result.errorType}; ${step.next.status}${change}, ${failures}`
}

/** The outcome under the names that the other commands' JSON has. */
function toJson(hostId: string, outcome: HostOutcome): Record<string, unknown> {
  if (outcome.outcome === 'inconclusive') {
    return { id: hostId, outcome: outcome.outcome, reason: outcome.reason }
  }
  if (outcome.outcome !== 'probed') return { id: hostId, outcome: outcome.outcome }
  const { result, step } = outcome
  const answered = result.kind === 'reachable'
  return {
    id: hostId,
    outcome: outcome.outcome,
    answered,
    response_ms: answered ? result.responseMs : null,
    ssh_identification: answered ? result.identification : null,
    error_type: answered ? null : result.errorType,
    state: step.next.status,
    prior_state: step.transition?.from ?? step.next.status,
    consecutive_failures: step.next.consecutiveFailures,
  }
}
