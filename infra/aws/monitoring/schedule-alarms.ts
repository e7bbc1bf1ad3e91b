import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { PROBE_DEAD_LETTER_RETENTION as RETENTION } from '../constructs/probe.ts'
import type { AlarmDefinition } from './alarm.ts'
import { lostShare } from './metrics.ts'
import type { Watched } from './watched.ts'

const PERIOD = Duration.minutes(5)

/** Of millions of probes a month some are lost, and the next ones replace them: a share of them is a fault. */
const LOST_PERCENT = 1

/** What becomes of the probes between their schedules and the probe function. */
export function scheduleAlarms({ probe, fanOut }: Watched): AlarmDefinition[] {
  const ofGroup = (metricName: string): cloudwatch.Metric =>
    new cloudwatch.Metric({
      namespace: 'AWS/Scheduler',
      metricName,
      dimensionsMap: { ScheduleGroup: fanOut.schedules.scheduleGroupName },
      statistic: 'Sum',
      period: PERIOD,
    })
  const lost = ['InvocationDroppedCount', 'InvocationsSentToDeadLetterCount', 'TargetErrorCount'].map(ofGroup)
  const aged = probe.function.handler.metric('AsyncEventsDropped', { statistic: 'Sum', period: PERIOD })
  return [
    {
      title: 'Schedules dropped',
      says: `More than ${LOST_PERCENT} % of the probes were lost: Scheduler could not hand them over, or Lambda gave them up.`,
      metric: lostShare([...lost, aged], probe.function.handler.metricInvocations({ period: PERIOD }), {
        label: 'Lost, % of the probes',
        periodMinutes: PERIOD.toMinutes(),
      }),
      when: '>',
      threshold: LOST_PERCENT,
      of: [2, 3],
      silence: 'fine',
    },
    {
      title: 'Probe dead letters',
      says: `More than ${LOST_PERCENT} % of the probe requests of an hour were not processed, and wait in the dead-letter queue.`,
      metric: lostShare(
        [
          probe.deadLetters.metricApproximateNumberOfMessagesVisible({
            statistic: 'Maximum',
            period: RETENTION,
          }),
        ],
        probe.function.handler.metricInvocations({ period: RETENTION }),
        { label: 'Not processed, % of the requests', periodMinutes: RETENTION.toMinutes() },
      ),
      when: '>',
      threshold: LOST_PERCENT,
      of: [1, 1],
      silence: 'fine',
    },
  ]
}
