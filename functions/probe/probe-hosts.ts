import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import type { ProbeRequest } from '../../shared/contracts/probe-request.ts'
import { classifyAddress } from '../../shared/domain/addresses.ts'
import { hostConnectivityChecked } from '../../shared/domain/audit-events.ts'
import type { Claim, ClaimedHost, HostChange, HostObserved, ProbeResults } from '../../shared/domain/claim.ts'
import {
  type SshIdentificationChanged,
  sshIdentificationChanged,
} from '../../shared/domain/identification-event.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { addressRefused, INVALID_ADDRESS } from '../../shared/domain/inconclusive.ts'
import {
  type FailureKind,
  type HysteresisThresholds,
  type Observation,
  type ProbeResult,
  step,
} from '../../shared/domain/reachability.ts'

import { noticeFlapping } from './notice-flapping.ts'

export type ProbePorts = {
  /** Holds the locks of the hosts for as long as the body runs, and commits what it saved when it ends. */
  readonly exclusively: <T>(hostIds: readonly HostId[], body: (claim: Claim) => Promise<T>) => Promise<T>
  /** Ends at once when `signal` aborts. */
  readonly probe: (
    target: { readonly address: string; readonly port: number },
    signal: AbortSignal,
  ) => Promise<ProbeResult>
  readonly now: () => Date
}

/** Claims the hosts, probes all at once, steps each, and saves states and changes in one transaction. */
export async function probeHosts(ports: ProbePorts, request: ProbeRequest): Promise<HostOutcome[]> {
  const scheduledTime = occurrence(request.scheduledTime, ports.now())
  return ports.exclusively(request.hostIds, async (claim) => {
    const [due, duplicates] = partition(claim.hosts, (host) => isDue(host, scheduledTime))
    const results = await Promise.all(due.map((host) => probeAllowed(ports, host, claim)))
    const attemptedAt = ports.now()
    const judged = due.map((host, i) => judge(host, results[i], claim.thresholds))
    const noticed = await noticeFlapping(claim, judged, attemptedAt)
    if (judged.length > 0) {
      const { changes, ...found } = foundOut(noticed.judged)
      await claim.save({
        attemptedAt,
        scheduledFor: scheduledTime,
        ...found,
        changes: [...changes, ...noticed.changes],
      })
    }

    return [
      ...noticed.judged.map(({ outcome }) => outcome),
      ...duplicates.map(({ hostId }) => ({ hostId, outcome: 'duplicate' as const })),
      ...claim.inFlight.map((hostId) => ({ hostId, outcome: 'in_flight' as const })),
      ...claim.unknown.map((hostId) => ({ hostId, outcome: 'unknown_host' as const })),
    ]
  })
}

/** More than any clock is wrong by. */
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000

/** A time that far ahead was never Scheduler's. Kept, it would make duplicates of all that is due until then. */
const occurrence = (scheduledTime: Date | null, now: Date): Date | null =>
  scheduledTime !== null && scheduledTime.getTime() - now.getTime() > MAX_AHEAD_MS ? null : scheduledTime

/** Scheduler delivers at least once: an occurrence that was served already, or an older one, is not due. */
const isDue = (host: ClaimedHost, scheduledTime: Date | null): boolean =>
  scheduledTime === null || host.lastScheduledFor === null || scheduledTime > host.lastScheduledFor

/** Connects nowhere that policy does not allow, whoever wrote the host's address. */
async function probeAllowed(
  ports: Pick<ProbePorts, 'probe'>,
  host: ClaimedHost,
  { allowedAddresses, lost }: Pick<Claim, 'allowedAddresses' | 'lost'>,
): Promise<ProbeResult> {
  const kind = classifyAddress(host.address)
  if (kind === null) return { kind: 'inconclusive', reason: INVALID_ADDRESS }
  if (!allowedAddresses.has(kind)) return { kind: 'inconclusive', reason: addressRefused(kind) }
  return ports.probe(host, lost)
}

type Judged = { readonly host: ClaimedHost; readonly outcome: HostOutcome }

function judge(host: ClaimedHost, result: ProbeResult | undefined, thresholds: HysteresisThresholds): Judged {
  const { hostId } = host
  if (result === undefined) throw new Error(`no result for host ${hostId}`)
  if (result.kind === 'inconclusive')
    return { host, outcome: { hostId, outcome: 'inconclusive', reason: result.reason } }
  return {
    host,
    outcome: {
      hostId,
      outcome: 'probed',
      result,
      step: step(host.reachability, result, thresholds),
      ...(identificationChange(host, result) !== null && { priorIdentification: host.identification }),
    },
  }
}

/** What there is to save and to report of the hosts. */
function foundOut(judged: readonly Judged[]): Pick<ProbeResults, 'observed' | 'inconclusive' | 'changes'> {
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

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = []
  const no: T[] = []
  for (const item of items) (belongs(item) ? yes : no).push(item)
  return [yes, no]
}
