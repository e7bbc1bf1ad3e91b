import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Digest } from '../../shared/domain/digest.ts'
import { PUBLISH_METRICS } from '../../shared/domain/metrics.ts'
import type { Backlog } from '../../shared/domain/outbox.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { PublishEvent } from './event.ts'
import type { PublishReport } from './publish-events.ts'

/** Says in the log and in metrics what a run published and what is left. Gauges are there in every run, also as 0. */
export function report(
  { logger, metrics }: Telemetry,
  { cause }: PublishEvent,
  { faults, busFault, cut, ...done }: PublishReport,
  backlog: Backlog,
): void {
  metrics.addMetric(PUBLISH_METRICS.published, MetricUnit.Count, done.published)
  metrics.addMetric(PUBLISH_METRICS.refused, MetricUnit.Count, faults.length)
  metrics.addMetric(PUBLISH_METRICS.waiting, MetricUnit.Count, backlog.waiting)
  metrics.addMetric(PUBLISH_METRICS.oldestWaitingSeconds, MetricUnit.Seconds, backlog.oldestSeconds)
  if (done.published > 0) {
    metrics.addMetric(PUBLISH_METRICS.longestWaitSeconds, MetricUnit.Seconds, done.longestWaitSeconds)
  }
  for (const eventId of cut) logger.warn('event cut', { eventId })
  for (const [code, refused] of Map.groupBy(faults, (fault) => fault.code)) {
    const [first] = refused
    logger.error('events refused', {
      code,
      events: refused.length,
      firstEventId: first?.eventId,
      reason: first?.message,
    })
  }
  if (busFault !== null) {
    logger.error('event bus does not answer', { code: busFault.code, reason: busFault.message })
  }
  if (done.bus === 'gone') logger.error('event bus gone')
  logger.info('published', { cause, ...done, refused: faults.length, ...backlog })
}

/** Says that people were sent a digest, where they were. */
export function reportDigest({ logger, metrics }: Telemetry, digest: Digest | null): void {
  metrics.addMetric(PUBLISH_METRICS.digestsSent, MetricUnit.Count, digest === null ? 0 : 1)
  if (digest !== null) logger.info('digest sent', { subject: digest.subject })
}
