import type { ScheduleTarget } from '../../../shared/aws/scheduler.ts'

/** What all schedules of these runs have in common; nothing of it is there. */
export const TARGET: ScheduleTarget = {
  groupName: 'scale-probes',
  functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:scale-probe',
  roleArn: 'arn:aws:iam::000000000000:role/scale-scheduler',
  deadLetterQueueArn: 'arn:aws:sqs:eu-central-1:000000000000:scale-dead-letters',
}
