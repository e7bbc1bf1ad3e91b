import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { CONFIRMATION_METRICS, FAN_OUT_METRICS } from '../../shared/domain/metrics.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { Look, MinuteReport } from './minute.ts'
import type { Settled } from './settle.ts'

/** Writes the state of the fleet and the work of a run to log and metrics. Every run emits every gauge, also as 0. */
export function report(
  { logger, metrics }: Telemetry,
  { fleet, schedules, sweep, faults, looks }: MinuteReport,
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

  reportLooks({ logger, metrics }, looks)
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

function reportLooks({ logger, metrics }: Telemetry, looks: readonly Look[]): void {
  const reports = looks.flatMap((look) => ('report' in look ? [look.report] : []))
  const last = reports.at(-1)
  const confirmed = reports.reduce((sum, report) => sum + report.confirmed.hosts, 0)
  // Only where there are any: a metric is billed for the hours in which it was written.
  if (confirmed > 0) metrics.addMetric(CONFIRMATION_METRICS.hostsConfirmed, MetricUnit.Count, confirmed)
  if (last !== undefined) {
    const isSuspect = last.hold.state === 'suspect' ? 1 : 0
    metrics.addMetric(FAN_OUT_METRICS.proberSuspect, MetricUnit.Count, isSuspect)
    if (last.failing > 0) metrics.addMetric(CONFIRMATION_METRICS.hostsFailing, MetricUnit.Count, last.failing)
  }
  for (const { event } of reports) {
    if (event?.action === 'prober.suspect') logger.warn('prober suspect', event.detail)
    if (event?.action === 'prober.trusted') logger.warn('prober trusted', event.detail)
  }
  for (const error of lookFaults(looks)) logger.error('confirmation failed', { error })
  if (confirmed > 0) logger.info('confirmed', { hosts: confirmed, looks: looks.length })
}

/** What went wrong while the fleet was looked at, and in calls of the probe function. */
export const lookFaults = (looks: readonly Look[]): unknown[] =>
  looks.flatMap((look) => ('fault' in look ? [look.fault] : look.report.confirmed.faults))
