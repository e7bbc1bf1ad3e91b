import { Duration } from 'aws-cdk-lib'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import type { AlarmDefinition } from './alarm.ts'

/** One dead letter raises the alarm: a person has to find out why it could not be processed. */
export const deadLettersWaiting = (title: string, says: string, queue: sqs.Queue): AlarmDefinition => ({
  title,
  says,
  metric: queue.metricApproximateNumberOfMessagesVisible({
    statistic: 'Maximum',
    period: Duration.minutes(5),
  }),
  when: '>=',
  threshold: 1,
  of: [1, 1],
  silence: 'fine',
})
