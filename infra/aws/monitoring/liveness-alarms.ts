import { Duration } from 'aws-cdk-lib'
import { FAN_OUT_METRICS, PROBE_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import { HEARTBEAT_MINUTES, heartbeat } from './heartbeat.ts'
import { lostShare, shareMetric } from './metrics.ts'
import { scheduleAlarms } from './schedule-alarms.ts'
import type { Watched } from './watched.ts'

const PERIOD = Duration.minutes(5)
const MINUTE = Duration.minutes(1)
const SECONDS_PER_MINUTE = 60

/** Among millions of probes a month some fail for no lasting reason, and the next one of the host replaces each. */
const FAILED_PERCENT = 1

/** Twice the default cadence: one missed occurrence and the jitter do not raise the alarm. */
const LATE_SECONDS = 600

/** The alarms on probes, on schedules and on the fan-out. */
export const livenessAlarms = (watched: Watched): AlarmDefinition[] => [
  ...probeAlarms(watched),
  ...scheduleAlarms(watched),
  ...fanOutAlarms(watched),
]

function probeAlarms({ settings, probe, emitted }: Watched): AlarmDefinition[] {
  const invocations = probe.function.handler.metricInvocations({ period: PERIOD })
  return [
    {
      title: 'Probes stopped',
      says: `No host was probed for ${settings.alarms.heartbeatMinutes} minutes.`,
      // A gauge of the fan-out, because it knows whether there are hosts to probe: a first deployment has none. The
      // schedules of hosts that are new take effect within the first period.
      metric: emitted('fan-out', FAN_OUT_METRICS.secondsWithoutProbe, 'Minimum'),
      when: '>',
      threshold: settings.alarms.heartbeatMinutes * SECONDS_PER_MINUTE,
      of: [2, 2],
      silence: 'no change',
    },
    {
      title: 'Probes late',
      says: `The probe of some host is overdue by more than ${LATE_SECONDS / 60} minutes.`,
      metric: emitted('fan-out', FAN_OUT_METRICS.oldestOverdueSeconds, 'Minimum'),
      when: '>',
      threshold: LATE_SECONDS,
      of: [2, 2],
      silence: 'no change',
    },
    {
      title: 'Probe function failing',
      says: `More than ${FAILED_PERCENT} % of the probe function's invocations fail, so that hosts go without a verdict.`,
      metric: shareMetric([probe.function.handler.metricErrors({ period: PERIOD })], invocations, {
        label: 'Failed, % of the invocations',
        periodMinutes: PERIOD.toMinutes(),
      }),
      when: '>',
      threshold: FAILED_PERCENT,
      of: [2, 3],
      silence: 'fine',
    },
    {
      title: 'Probes throttled',
      says: `More than ${FAILED_PERCENT} % of the starts of the probe function are throttled: probes wait, and after a minute are dropped.`,
      metric: lostShare([probe.function.handler.metricThrottles({ period: PERIOD })], invocations, {
        label: 'Throttled, % of the starts',
        periodMinutes: PERIOD.toMinutes(),
      }),
      when: '>',
      threshold: FAILED_PERCENT,
      of: [3, 3],
      silence: 'fine',
    },
    {
      title: 'Prober at fault',
      says: `More than ${FAILED_PERCENT} % of the probes fail for reasons of the prober itself, and say nothing about the hosts.`,
      metric: lostShare(
        [emitted('probe', PROBE_METRICS.proberFaults, 'Sum')],
        emitted('probe', PROBE_METRICS.probes, 'Sum'),
        { label: 'Not made, % of the probes', periodMinutes: PERIOD.toMinutes() },
      ),
      when: '>',
      threshold: FAILED_PERCENT,
      of: [2, 3],
      silence: 'fine',
    },
  ]
}

function fanOutAlarms({ fanOut, functions, emitted }: Watched): AlarmDefinition[] {
  return [
    {
      title: 'Fan-out stopped',
      says: `The fan-out has not finished a run for ${HEARTBEAT_MINUTES} minutes: hosts that come or go are not noticed.`,
      ...heartbeat(functions, emitted('fan-out', FAN_OUT_METRICS.schedulesWanted, 'SampleCount', 1)),
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
  ]
}
