import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { counted, milliseconds } from '../terminal/wording.ts'
import type { OperatorClient } from './operator-client.ts'
import { noSuchHost, resolveHost } from './resolve-host.ts'

/** Probes a host now. The result counts as that of any other probe. */
export async function probeHost(
  client: OperatorClient,
  output: Output,
  { host, json }: { readonly host: string; readonly json: boolean },
): Promise<ExitCode> {
  const hostId = await resolveHost(client, host)
  const outcome = await client.probe(hostId)
  if (outcome.outcome === 'unknown_host') throw noSuchHost(host)
  output.out(json ? JSON.stringify(asJson(hostId, outcome)) : `${host}: ${inWords(outcome)}`)
  return exitCodeOf(outcome)
}

function exitCodeOf(outcome: HostOutcome): ExitCode {
  if (outcome.outcome !== 'probed') return EXIT.noResult
  return outcome.result.kind === 'reachable' ? EXIT.done : EXIT.unreachable
}

function inWords(outcome: HostOutcome): string {
  if (outcome.outcome === 'inconclusive') return `no result, through no fault of the host: ${outcome.reason}`
  if (outcome.outcome !== 'probed') return 'no result: another probe of it is under way'
  const { result, step } = outcome
  const change = step.transition === null ? '' : ` (was ${step.transition.from})`
  if (result.kind === 'reachable') {
    const answer = `answered in ${milliseconds(result.responseMs)}, ${result.identification}`
    return `${answer}; ${step.next.status}${change}`
  }
  const failures = `${counted(step.next.consecutiveFailures, 'failure')} in a row`
  return `no answer, ${result.errorType}; ${step.next.status}${change}, ${failures}`
}

/** In the words of the other commands' JSON. */
function asJson(hostId: string, outcome: HostOutcome): Record<string, unknown> {
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
