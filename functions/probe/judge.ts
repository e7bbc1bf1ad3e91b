import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import { hostConnectivityChecked } from '../../shared/domain/audit-events.ts'
import type { ClaimedHost, HostChange, HostObserved, ProbeResults } from '../../shared/domain/claim.ts'
import {
  type SshIdentificationChanged,
  sshIdentificationChanged,
} from '../../shared/domain/identification-event.ts'
import { heldStep } from '../../shared/domain/prober-hold.ts'
import {
  type FailureKind,
  type HysteresisThresholds,
  type Observation,
  type ProbeResult,
  step,
} from '../../shared/domain/reachability.ts'

type Judged = { readonly host: ClaimedHost; readonly outcome: HostOutcome }

/** What a result means for its host. `isHeld`: whether nobody goes down, because the prober is suspect. */
export function judge(
  host: ClaimedHost,
  result: ProbeResult,
  thresholds: HysteresisThresholds,
  isHeld: boolean,
): Judged {
  const { hostId } = host
  if (result.kind === 'inconclusive')
    return { host, outcome: { hostId, outcome: 'inconclusive', reason: result.reason } }
  const stepped = step(host.reachability, result, thresholds)
  return {
    host,
    outcome: {
      hostId,
      outcome: 'probed',
      result,
      step: isHeld ? heldStep(stepped) : stepped,
      ...(identificationChange(host, result) !== null && { priorIdentification: host.identification }),
    },
  }
}

/** What there is to save and to report of the hosts. */
export function foundOut(
  judged: readonly Judged[],
): Pick<ProbeResults, 'observed' | 'inconclusive' | 'changes'> {
  const probed = judged.flatMap(({ host, outcome }) =>
    outcome.outcome === 'probed' ? [{ ...outcome, host }] : [],
  )
  return {
    observed: probed.map(hostObserved),
    inconclusive: judged.flatMap(({ host, outcome }) =>
      outcome.outcome === 'inconclusive' ? [{ host, reason: outcome.reason }] : [],
    ),
    changes: probed.flatMap((each) => [...statusChange(each), ...identificationChanges(each)]),
  }
}

type Probed = Extract<HostOutcome, { outcome: 'probed' }> & { readonly host: ClaimedHost }

const responseMs = (result: Observation): number | null =>
  result.kind === 'reachable' ? result.responseMs : null
const errorType = (result: Observation): FailureKind | null =>
  result.kind === 'unreachable' ? result.errorType : null

const hostObserved = ({ host, result, step }: Probed): HostObserved => ({
  host,
  reachability: step.next,
  hasChanged: step.transition !== null,
  responseMs: responseMs(result),
  errorType: errorType(result),
  identification: result.kind === 'reachable' ? result.identification : null,
})

function statusChange({ host, result, step: { transition, next } }: Probed): HostChange[] {
  if (transition === null) return []
  const event = hostConnectivityChecked({
    hostId: host.hostId,
    ...transition,
    responseMs: responseMs(result),
    errorType: errorType(result),
    consecutiveFailures: next.consecutiveFailures,
  })
  return [{ host, event }]
}

const identificationChange = (
  { hostId, identification }: ClaimedHost,
  result: Observation,
): SshIdentificationChanged | null =>
  result.kind === 'reachable' ? sshIdentificationChanged(hostId, identification, result.identification) : null

function identificationChanges({ host, result }: Probed): HostChange[] {
  const event = identificationChange(host, result)
  return event === null ? [] : [{ host, event }]
}
