import { Aws } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import type { Construct } from 'constructs'
import type { NodeFunction } from './node-function.ts'

export type MinuteClockProps = {
  readonly group: scheduler.ScheduleGroup
  readonly name: string
  readonly description: string
  readonly target: NodeFunction
  readonly input: object
}

/** A schedule that runs a function every minute, with the ids `<id>` and `<id>Role`. */
export function everyMinute(
  scope: Construct,
  id: string,
  { group, name, description, target, input }: MinuteClockProps,
): scheduler.CfnSchedule {
  const clock = new scheduler.CfnSchedule(scope, id, {
    name,
    groupName: group.scheduleGroupName,
    description,
    scheduleExpression: 'rate(1 minute)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: target.handler.functionArn,
      input: JSON.stringify(input),
      roleArn: scheduleRole(scope, `${id}Role`, group, target).roleArn,
      // A run that is late is worth nothing: the next one does its work.
      retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
    },
  })
  // It refers to its group by name, which CloudFormation does not take for a dependency.
  clock.node.addDependency(group)
  return clock
}

/** What the schedules of `group` act as: they may invoke `target`, and only they may. */
export function scheduleRole(
  scope: Construct,
  id: string,
  group: scheduler.ScheduleGroup,
  target: NodeFunction,
): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group.scheduleGroupArn },
      },
    }),
  })
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [target.handler.functionArn],
    }),
  )
  return role
}
