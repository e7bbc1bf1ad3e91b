import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import { isAddressRefused, isProberFault } from '../../shared/domain/inconclusive.ts'
import { PROBE_METRICS } from '../../shared/domain/metrics.ts'
import type { ProberSuspect } from '../../shared/domain/prober-event.ts'
import type { Telemetry } from '../runtime/telemetry.ts'

type Invocation = {
  readonly cause: string
  readonly outcomes: readonly HostOutcome[]
  /** Set where this invocation began a hold. */
  readonly suspect: ProberSuspect | null
  /** How long after it was due it began, in ms; null when nothing says when that was. */
  readonly lagMs: number | null
}

/**
 * Says in the log and in metrics what an invocation did: a line for each changed host, and one for the invocation unless
 * all of it was ordinary. Probes are by far the most frequent lines, and CloudWatch Logs bills by the byte.
 */
export function report(
  { logger, metrics }: Telemetry,
  { cause, outcomes, suspect, lagMs }: Invocation,
): void {
  for (const latencyMs of outcomes.flatMap(latenciesMs)) {
    metrics.addMetric(PROBE_METRICS.latencyMs, MetricUnit.Milliseconds, latencyMs)
  }
  const count = (name: string, value: number): void => {
    if (value > 0) metrics.addMetric(name, MetricUnit.Count, value)
  }
  const tally = countOutcomes(outcomes)
  count(PROBE_METRICS.probes, tally.successes + tally.failures)
  count(PROBE_METRICS.successes, tally.successes)
  count(PROBE_METRICS.failures, tally.failures)
  count(PROBE_METRICS.inFlight, tally.inFlight)
  count(PROBE_METRICS.inconclusive, tally.inconclusive)
  count(PROBE_METRICS.proberFaults, tally.proberFaults)
  count(PROBE_METRICS.addressesRefused, tally.addressesRefused)
  count(PROBE_METRICS.duplicates, tally.duplicates)
  count(PROBE_METRICS.unknownHosts, tally.unknownHosts)
  count(PROBE_METRICS.transitions, tally.transitions)
  count(PROBE_METRICS.wentDown, tally.wentDown)
  if (lagMs !== null) metrics.addMetric(PROBE_METRICS.lagMs, MetricUnit.Milliseconds, Math.max(0, lagMs))

  for (const outcome of outcomes) {
    if (outcome.outcome === 'inconclusive') {
      logger.warn('probe inconclusive', { hostId: outcome.hostId, reason: outcome.reason })
    }
    if (outcome.outcome !== 'probed') continue
    const { hostId, result, step, priorIdentification: before } = outcome
    if (step.transition !== null) logger.info('host changed', { hostId, ...step.transition, result })
    if (outcome.flappingChanges !== undefined) {
      logger.warn('flapping started', { hostId, changes: outcome.flappingChanges })
    }
    if (result.kind === 'reachable' && before) {
      logger.warn('identification changed', { hostId, before, after: result.identification })
    }
  }
  if (suspect !== null) logger.warn('prober suspect', suspect.detail)
  if (!outcomes.every(isOrdinary)) logger.info('probed', { cause, lagMs, ...tally })
}

/** Whether the host answered as it did before: the metrics then say all that there is to say. */
const isOrdinary = (outcome: HostOutcome): boolean =>
  outcome.outcome === 'probed' &&
  outcome.result.kind === 'reachable' &&
  outcome.step.transition === null &&
  !outcome.priorIdentification

function countOutcomes(outcomes: readonly HostOutcome[]) {
  const number = (belongs: (outcome: HostOutcome) => boolean): number => outcomes.filter(belongs).length
  const probed = outcomes.filter((outcome) => outcome.outcome === 'probed')
  const reasons = outcomes.flatMap((outcome) => (outcome.outcome === 'inconclusive' ? [outcome.reason] : []))
  const successes = probed.filter(({ result }) => result.kind === 'reachable').length
  return {
    successes,
    failures: probed.length - successes,
    inFlight: number(({ outcome }) => outcome === 'in_flight'),
    inconclusive: reasons.length,
    proberFaults: reasons.filter(isProberFault).length,
    addressesRefused: reasons.filter(isAddressRefused).length,
    duplicates: number(({ outcome }) => outcome === 'duplicate'),
    unknownHosts: number(({ outcome }) => outcome === 'unknown_host'),
    transitions: probed.filter(({ step }) => step.transition !== null).length,
    // An alarm goes by these: nobody wants it for hosts under maintenance.
    wentDown: probed.filter(
      ({ step, inMaintenance }) => !inMaintenance && step.transition?.to === 'unreachable',
    ).length,
  }
}

const latenciesMs = (outcome: HostOutcome): number[] =>
  outcome.outcome === 'probed' && outcome.result.kind === 'reachable' ? [outcome.result.responseMs] : []
