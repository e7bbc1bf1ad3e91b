import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { OperateAnswer } from '../../shared/contracts/operate-answer.ts'
import type { OperateRequest } from '../../shared/contracts/operate-request.ts'
import { OPERATE_METRICS } from '../../shared/domain/metrics.ts'
import { policyChanged } from '../../shared/domain/policy-event.ts'
import type { Telemetry } from '../runtime/telemetry.ts'

/** Logs what was asked for, and logs and counts what it changed. */
export function report(
  { logger, metrics }: Telemetry,
  { command }: OperateRequest,
  answer: OperateAnswer,
): void {
  const count = (name: string, value: number): void => {
    if (value > 0) metrics.addMetric(name, MetricUnit.Count, value)
  }
  if ('changed' in answer) count(OPERATE_METRICS.hostsChanged, answer.changed)
  if ('removed' in answer) count(OPERATE_METRICS.hostsRemoved, answer.removed)
  if ('before' in answer) {
    count(OPERATE_METRICS.policyChanges, 1)
    logger.info('policy changed', { ...policyChanged(answer.before, answer.policy)?.detail })
  }
  if ('scan_id' in answer) {
    const { outcome: _, ...scan } = answer
    logger.warn('scan forgotten', scan)
  }
  if (command === 'maintenance.start' && 'reason' in answer && answer.outcome === 'started') {
    const { outcome: _, names: __, ...maintenance } = answer
    logger.info('maintenance started', { maintenance })
  }
  if ('maintenances' in answer && 'outcome' in answer && answer.outcome === 'ended') {
    for (const { names: _, ...maintenance } of answer.maintenances) {
      logger.info('maintenance ended', { cause: 'operator', maintenance })
    }
  }
  logger.info('operated', { command, ...('changed' in answer || 'removed' in answer ? answer : {}) })
}
