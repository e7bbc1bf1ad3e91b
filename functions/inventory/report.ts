import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { INVENTORY_METRICS } from '../../shared/domain/metrics.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { SourceOutcome } from './take-inventory.ts'

/** Enough to see what is wrong: a mistake in a launch template repeats itself. */
const MAX_LEFT_OUT_LOGGED = 20

/** Says in the log and in metrics what became of each source. Counts are there in every run, also as 0. */
export function report({ logger, metrics }: Telemetry, outcomes: readonly SourceOutcome[]): void {
  const totals = { added: 0, removed: 0, kept: 0, leftOut: 0, failed: 0 }
  for (const each of outcomes) {
    if (each.outcome === 'failed') {
      totals.failed += 1
      logger.error('source not listed', { source: each.source, error: each.error as Error })
      continue
    }
    const { leftOut, outcome, ...counts } = each
    totals.added += each.added
    totals.removed += each.removed
    totals.kept += each.kept
    totals.leftOut += leftOut.length
    if (each.kept > 0) logger.error('removal refused', { source: each.source, hosts: each.kept })
    if (each.added + each.changed > 0) logger.info('hosts added', counts)
    if (each.removed > 0) logger.info('hosts removed', counts)
    for (const { name, fault } of leftOut.slice(0, MAX_LEFT_OUT_LOGGED)) {
      logger.warn('machine left out', { source: each.source, name, fault })
    }
  }
  metrics.addMetric(INVENTORY_METRICS.hostsAdded, MetricUnit.Count, totals.added)
  metrics.addMetric(INVENTORY_METRICS.hostsRemoved, MetricUnit.Count, totals.removed)
  metrics.addMetric(INVENTORY_METRICS.removalsRefused, MetricUnit.Count, totals.kept)
  metrics.addMetric(INVENTORY_METRICS.machinesLeftOut, MetricUnit.Count, totals.leftOut)
  metrics.addMetric(INVENTORY_METRICS.sourcesFailed, MetricUnit.Count, totals.failed)
}
