import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { INGEST_METRICS } from '../../shared/domain/metrics.ts'
import { logFault } from '../runtime/function.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { HandledMessage } from './handle-message.ts'
import type { IngestOutcome } from './ingest-object.ts'

const METRIC_OF: Readonly<Record<IngestOutcome['outcome'], string>> = {
  recorded: INGEST_METRICS.recorded,
  repeated: INGEST_METRICS.repeated,
  superseded: INGEST_METRICS.superseded,
  gone: INGEST_METRICS.gone,
  rejected: INGEST_METRICS.rejected,
}

/** Reports messages in the log and in metrics: a line for each object, and for each message that was not understood. */
export function report(telemetry: Telemetry, messages: readonly HandledMessage[]): void {
  const { logger, metrics } = telemetry
  for (const message of messages) {
    const { messageId } = message
    if (message.decision === 'done') for (const outcome of message.outcomes) reportObject(telemetry, outcome)
    else if (message.decision === 'rejected') {
      metrics.addMetric(INGEST_METRICS.rejected, MetricUnit.Count, 1)
      logger.warn('scan file rejected', { messageId, reason: message.reason, detail: message.detail })
    } else {
      metrics.addMetric(INGEST_METRICS.retried, MetricUnit.Count, 1)
      logger.info('message retried', { messageId })
      logFault(telemetry, 'scan file not ingested', message.error)
    }
  }
}

function reportObject({ logger, metrics }: Telemetry, outcome: IngestOutcome): void {
  metrics.addMetric(METRIC_OF[outcome.outcome], MetricUnit.Count, 1)
  const { key, versionId } = outcome.object
  const object = { key, versionId }
  if (outcome.outcome === 'gone') logger.info('scan file gone', object)
  else if (outcome.outcome === 'rejected') {
    const { reason, detail } = outcome
    logger.warn('scan file rejected', { ...object, reason, detail })
  } else {
    const { hostId, scanId } = outcome.scan
    const changes = outcome.outcome === 'recorded' ? outcome.changes : {}
    logger.info(`scan file ${outcome.outcome}`, { ...object, hostId, scanId, ...changes })
  }
}
