import { Aws } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import type { Construct } from 'constructs'
import type { NodeFunction } from './node-function.ts'

export type ClockProps = {
  readonly minutes: number
  readonly group: scheduler.ScheduleGroup
  readonly name: string
  readonly description: string
  readonly target: NodeFunction
  readonly input: object
}

/** A schedule that runs a function every minute, with the ids `<id>` and `<id>Role`. */
export const everyMinute = (
  scope: Construct,
  id: string,
  props: Omit<ClockProps, 'minutes'>,
): scheduler.CfnSchedule => every(scope, id, { ...props, minutes: 1 })

/** A schedule that runs a function every so many minutes, with the ids `<id>` and `<id>Role`. */
export function every(
  scope: Construct,
  id: string,
  { minutes, group, name, description, target, input }: ClockProps,
): scheduler.CfnSchedule {
  const clock = new scheduler.CfnSchedule(scope, id, {
    name,
    groupName: group.scheduleGroupName,
    description,
    scheduleExpression: minutes === 1 ? 'rate(1 minute)' : `rate(${minutes} minutes)`,
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
  further: readonly iam.PolicyStatementProps[] = [],
): iam.Role {
  const rights = [{ actions: ['lambda:InvokeFunction'], resources: [target.handler.functionArn] }, ...further]
  const role = new iam.Role(scope, id, {
    // In the role itself: a policy of its own would be moved to the role that takes the place of this one.
    inlinePolicies: {
      Schedules: new iam.PolicyDocument({ statements: rights.map((each) => new iam.PolicyStatement(each)) }),
    },
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group.scheduleGroupArn },
      },
    }),
  })
  return role
}
