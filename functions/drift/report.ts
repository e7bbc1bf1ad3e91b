import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { DriftKind } from '../../shared/domain/drift.ts'
import { DRIFT_METRICS } from '../../shared/domain/metrics.ts'
import { isInFuture } from '../../shared/domain/scan-time.ts'
import { logFault } from '../runtime/function.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { DecidedMessage } from './handle-batch.ts'

type JudgedMessage = Extract<DecidedMessage, { decision: 'judged' }>
type Retried = Extract<DecidedMessage, { decision: 'retried' }>

const METRIC_OF_DRIFT: Record<Exclude<DriftKind, 'stable'>, string> = {
  improvement: DRIFT_METRICS.improvements,
  minor_worsening: DRIFT_METRICS.minorWorsenings,
  major_worsening: DRIFT_METRICS.majorWorsenings,
}

/** Reports a batch in the log and in metrics: a log line for each notable message, and one for the whole batch. */
export function report(telemetry: Telemetry, messages: readonly DecidedMessage[], now: Date): void {
  const { logger, metrics } = telemetry
  const tally = { judged: 0, repeated: 0, rejected: 0, retried: 0 }
  for (const message of messages) {
    tally[message.decision]++
    if (message.decision === 'judged') {
      reportJudged(telemetry, message, now)
      reportTime(telemetry, message, now)
    }
    if (message.decision === 'repeated') {
      const { hostId, scanId } = message.scan
      logger.info('scan judged before', { hostId, scanId })
    }
    if (message.decision === 'rejected') {
      const { messageId, reason, detail } = message
      logger.warn('message rejected', { messageId, reason, detail })
    }
    if (message.decision === 'retried') {
      const { messageId, because } = message
      logger.info('message retried', { messageId, reason: because })
    }
  }
  const count = (name: string, value: number): void => {
    if (value > 0) metrics.addMetric(name, MetricUnit.Count, value)
  }
  count(DRIFT_METRICS.scansJudged, tally.judged)
  count(DRIFT_METRICS.rejected, tally.rejected)
  count(DRIFT_METRICS.retried, tally.retried)
  reportFaults(telemetry, messages)
  logger.info('batch done', tally)
}

function reportJudged({ logger, metrics }: Telemetry, message: JudgedMessage, now: Date): void {
  const { scan, verdict, reported } = message
  const ids = { hostId: scan.hostId, scanId: scan.scanId }
  const { kind, notComparable, scoreDelta, comparedDelta, priorScore, currentScore } = verdict
  metrics.addMetric(
    DRIFT_METRICS.verdictMs,
    MetricUnit.Milliseconds,
    Math.max(0, now.getTime() - scan.completedAtMs),
  )
  if (notComparable !== null) {
    metrics.addMetric(DRIFT_METRICS.withoutVerdict, MetricUnit.Count, 1)
    if (notComparable === 'nothing_scored_after') {
      metrics.addMetric(DRIFT_METRICS.nothingScored, MetricUnit.Count, 1)
      logger.warn('nothing scored', { ...ids, reason: notComparable, priorScore })
    } else logger.info('no verdict', { ...ids, reason: notComparable, currentScore })
  } else if (kind === 'stable') metrics.addMetric(DRIFT_METRICS.stable, MetricUnit.Count, 1)
  else if (reported !== null) {
    metrics.addMetric(METRIC_OF_DRIFT[kind], MetricUnit.Count, 1)
    const { drift_type: driftType } = reported.detail
    const scores = { scoreDelta, comparedDelta, priorScore, currentScore }
    logger.info('drift detected', { ...ids, driftType, ...scores })
  }
}

/**
 * Warns of times that other writers must not write. Beside a scan from the future every real scan of its host looks
 * old, until it is forgotten. Of two scans at the same time neither sees what the other changed.
 */
function reportTime({ logger }: Telemetry, message: JudgedMessage, now: Date): void {
  const { hostId, scanId, completedAt, sameTimeScanId: otherScanId } = message
  const scan = { hostId, scanId, completedAt: completedAt.toISOString() }
  if (isInFuture(completedAt, now)) logger.warn('scan from the future', scan)
  if (otherScanId !== null) logger.warn('scans at the same time', { ...scan, otherScanId })
}

/** A fault that affects several messages is reported once. */
function reportFaults(telemetry: Telemetry, messages: readonly DecidedMessage[]): void {
  const isFault = (message: DecidedMessage): message is Retried =>
    message.decision === 'retried' && message.error !== null
  for (const error of new Set(messages.filter(isFault).map((message) => message.error))) {
    logFault(telemetry, 'batch failed in part', error)
  }
}
