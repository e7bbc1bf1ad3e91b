import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { FAN_OUT_METRICS, PROBE_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import { scheduleAlarms } from './schedule-alarms.ts'
import type { Watched } from './watched.ts'

const PERIOD = Duration.minutes(5)
const MINUTE = Duration.minutes(1)

/** Twice the default cadence: one missed occurrence and the jitter do not raise the alarm. */
const LATE_SECONDS = 600

/** Three times the default cadence: a host needs two failures in a row to be down. */
const GOING_DOWN_MINUTES = 15

/** The alarms on probes, on schedules and on the fan-out. */
export const livenessAlarms = (watched: Watched): AlarmDefinition[] => [
  ...probeAlarms(watched),
  ...scheduleAlarms(watched),
  ...fanOutAlarms(watched),
]

function probeAlarms({ settings, probe, emitted }: Watched): AlarmDefinition[] {
  const heartbeatPeriods = Math.ceil(settings.alarms.heartbeatMinutes / PERIOD.toMinutes())
  return [
    {
      title: 'Probes stopped',
      says: `No host was probed for ${settings.alarms.heartbeatMinutes} minutes.`,
      metric: emitted('probe', PROBE_METRICS.probes, 'Sum'),
      when: '<',
      threshold: 1,
      of: [heartbeatPeriods, heartbeatPeriods],
      silence: 'alarm',
    },
    {
      title: 'Probes late',
      says: `The probe of some host is overdue by more than ${LATE_SECONDS / 60} minutes.`,
      metric: emitted('fan-out', FAN_OUT_METRICS.oldestOverdueSeconds, 'Maximum'),
      when: '>',
      threshold: LATE_SECONDS,
      of: [2, 2],
      silence: 'no change',
    },
    {
      title: 'Probe function failing',
      says: 'Invocations of the probe function fail, so that hosts go without a verdict.',
      metric: probe.function.handler.metricErrors({ period: PERIOD }),
      when: '>=',
      threshold: 1,
      of: [2, 3],
      silence: 'fine',
    },
    {
      title: 'Probes throttled',
      says: 'The probe function is at its reserved concurrency: probes wait, and after a minute are dropped.',
      metric: probe.function.handler.metricThrottles({ period: PERIOD }),
      when: '>=',
      threshold: 1,
      of: [3, 3],
      silence: 'fine',
    },
    {
      title: 'Prober at fault',
      says: 'Probes fail for reasons of the prober itself, and say nothing about the hosts.',
      metric: emitted('probe', PROBE_METRICS.proberFaults, 'Sum'),
      when: '>=',
      threshold: 1,
      of: [2, 3],
      silence: 'fine',
    },
  ]
}

function fanOutAlarms({ settings, fanOut, emitted }: Watched): AlarmDefinition[] {
  const { unreachablePercent, goingDownPercent } = settings.alarms
  return [
    {
      title: 'Fan-out stopped',
      says: 'The fan-out has not finished a run for five minutes: hosts that come or go are not noticed.',
      metric: emitted('fan-out', FAN_OUT_METRICS.schedulesWanted, 'SampleCount'),
      when: '<',
      threshold: 1,
      of: [1, 1],
      silence: 'alarm',
    },
    {
      title: 'Fan-out failing',
      says: 'Runs of the fan-out fail, or AWS refuses some of its schedules.',
      metric: fanOut.function.handler.metricErrors({ period: MINUTE }),
      when: '>=',
      threshold: 1,
      of: [3, 5],
      silence: 'fine',
    },
    {
      title: 'Fan-out behind',
      says: 'For 30 minutes the fan-out has left schedules over for its next run.',
      metric: emitted('fan-out', FAN_OUT_METRICS.schedulesLeftOver, 'Minimum'),
      when: '>=',
      threshold: 1,
      of: [6, 6],
      silence: 'no change',
    },
    {
      title: 'Fleet unreachable',
      says: `More than ${unreachablePercent} % of the fleet does not answer: look at the prober's way to it first.`,
      metric: unreachableShare(emitted),
      when: '>',
      threshold: unreachablePercent,
      of: [3, 3],
      silence: 'no change',
    },
    {
      title: 'Prober suspect',
      says: 'Too much fails at once: the prober may have lost its own network, and calls no host down meanwhile.',
      metric: emitted('fan-out', FAN_OUT_METRICS.proberSuspect, 'Maximum', 1),
      when: '>=',
      threshold: 1,
      of: [1, 1],
      silence: 'no change',
    },
    {
      title: 'Hosts going down',
      says: `More than ${goingDownPercent} % of the fleet went down within ${GOING_DOWN_MINUTES} minutes.`,
      metric: goingDownShare(emitted),
      when: '>',
      threshold: goingDownPercent,
      of: [1, 1],
      silence: 'fine',
    },
  ]
}

/** The share of all hosts that are unreachable, in percent. */
export const unreachableShare = (emitted: Watched['emitted']): cloudwatch.MathExpression =>
  shareOfFleet(emitted, emitted('fan-out', FAN_OUT_METRICS.hostsUnreachable, 'Maximum', 1), {
    label: 'Unreachable, % of the fleet',
    periodMinutes: 1,
  })

/**
 * The share of all hosts that went down in a period, in percent. It is right also where many were down
 * before.
 */
const goingDownShare = (emitted: Watched['emitted']): cloudwatch.MathExpression =>
  shareOfFleet(emitted, emitted('probe', PROBE_METRICS.wentDown, 'Sum', GOING_DOWN_MINUTES), {
    label: 'Went down, % of the fleet',
    periodMinutes: GOING_DOWN_MINUTES,
  })

function shareOfFleet(
  emitted: Watched['emitted'],
  part: cloudwatch.IMetric,
  { label, periodMinutes }: { readonly label: string; readonly periodMinutes: number },
): cloudwatch.MathExpression {
  const gauge = (name: string): cloudwatch.IMetric => emitted('fan-out', name, 'Maximum', periodMinutes)
  return new cloudwatch.MathExpression({
    expression: 'IF(up + down + new > 0, 100 * part / (up + down + new), 0)',
    usingMetrics: {
      up: gauge(FAN_OUT_METRICS.hostsReachable),
      down: gauge(FAN_OUT_METRICS.hostsUnreachable),
      new: gauge(FAN_OUT_METRICS.hostsUnknown),
      part,
    },
    period: Duration.minutes(periodMinutes),
    label,
  })
}
