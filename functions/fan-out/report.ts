import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { FAN_OUT_METRICS } from '../../shared/domain/metrics.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { FanOutReport } from './reconcile.ts'
import type { Settled } from './settle.ts'

/** Writes the state of the fleet and the work of a run to log and metrics. Every run emits every gauge, also as 0. */
export function report(
  { logger, metrics }: Telemetry,
  { fleet, schedules, sweep, faults }: FanOutReport,
): void {
  const count = (name: string, value: number): void => {
    metrics.addMetric(name, MetricUnit.Count, value)
  }
  count(FAN_OUT_METRICS.hostsUnknown, fleet.unknown)
  count(FAN_OUT_METRICS.hostsReachable, fleet.reachable)
  count(FAN_OUT_METRICS.hostsUnreachable, fleet.unreachable)
  count(FAN_OUT_METRICS.hostsInMaintenance, fleet.inMaintenance)
  count(FAN_OUT_METRICS.hostsUnprobeable, fleet.unprobeable)
  metrics.addMetric(FAN_OUT_METRICS.oldestOverdueSeconds, MetricUnit.Seconds, fleet.oldestOverdueSeconds)
  metrics.addMetric(FAN_OUT_METRICS.secondsWithoutProbe, MetricUnit.Seconds, fleet.secondsWithoutProbe)
  count(FAN_OUT_METRICS.schedulesWanted, schedules.wanted)
  count(FAN_OUT_METRICS.schedulesApplied, schedules.applied)
  count(FAN_OUT_METRICS.schedulesLeftOver, schedules.leftOver)
  count(FAN_OUT_METRICS.schedulesRefused, faults.length)
  count(FAN_OUT_METRICS.schedulesPut, schedules.put)
  count(FAN_OUT_METRICS.schedulesRemoved, schedules.removed)

  for (const { name, error } of faults) logger.error('schedule refused', { schedule: name, error })
  if (sweep !== null && sweep.orphans + sweep.missing > 0) logger.warn('strays found', { sweep })
  if (sweep?.complete === false) logger.warn('sweep ended early', { sweep })
  logger.info('fanned out', { fleet, schedules, sweep })
}

/** Logs each maintenance that has ended and each host that is flapping no longer, and counts those that are. */
export function reportSettled(
  { logger, metrics }: Telemetry,
  { maintenances, stopped, flapping }: Settled,
): void {
  metrics.addMetric(FAN_OUT_METRICS.hostsFlapping, MetricUnit.Count, flapping)
  for (const host of stopped) logger.info('flapping stopped', { host })
  for (const { maintenance, hosts, stillDown } of maintenances) {
    logger.info('maintenance ended', { cause: 'time', maintenance: { ...maintenance, hosts, stillDown } })
  }
}
