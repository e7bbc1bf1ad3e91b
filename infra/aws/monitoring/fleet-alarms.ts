import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { FAN_OUT_METRICS, PROBE_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import type { Watched } from './watched.ts'

/** Three times the default cadence: a host needs two failures in a row to be down. */
const GOING_DOWN_MINUTES = 15

/** The alarms on the fleet itself. */
export function fleetAlarms({ settings, emitted }: Watched): AlarmDefinition[] {
  const { unreachablePercent, goingDownPercent } = settings.alarms
  return [
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
