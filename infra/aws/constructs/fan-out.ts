import { Aws, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import type { Construct } from 'constructs'
import { NodeFunction, type StageParts } from './node-function.ts'
import type { Probe } from './probe.ts'

/** One at a time: two would only do each other's work. */
export const FAN_OUT_CONCURRENCY = 1

const FAN_OUT_TIMEOUT_SECONDS = 60
const FAN_OUT_MEMORY_MB = 512

export type FanOutProps = StageParts & { readonly probe: Probe }

/**
 * The fan-out, which keeps the schedules of the probes in step with the hosts, and the schedule that runs it
 * every minute. Its parts stand directly in the scope that it shares with the probe function, as that says.
 */
export class FanOut {
  readonly function: NodeFunction
  readonly schedules: scheduler.ScheduleGroup
  readonly clock: scheduler.CfnSchedule
  private readonly scope: Construct

  constructor(scope: Construct, props: FanOutProps) {
    this.scope = scope
    // Made by the fan-out, not by CloudFormation: destroyed with the group, or they would fire on for ever.
    this.schedules = new scheduler.ScheduleGroup(scope, 'Schedules', {
      scheduleGroupName: `${props.stage}-probes`,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const role = this.scheduleRole('ScheduleRole', this.schedules, props.probe.function)
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [props.probe.deadLetters.queueArn],
      }),
    )
    this.function = this.createFunction(props, role)
    this.function.waitFor(this.schedules)
    this.allowSchedules(role)
    this.clock = this.everyMinute(props.stage)
  }

  private createFunction(props: FanOutProps, role: iam.Role): NodeFunction {
    return new NodeFunction(this.scope, 'FanOut', {
      ...props,
      name: 'fan-out',
      memoryMb: FAN_OUT_MEMORY_MB,
      timeoutSeconds: FAN_OUT_TIMEOUT_SECONDS,
      concurrency: FAN_OUT_CONCURRENCY,
      environment: {
        SCHEDULE_GROUP: this.schedules.scheduleGroupName,
        PROBE_FUNCTION_ARN: props.probe.function.handler.functionArn,
        SCHEDULE_ROLE_ARN: role.roleArn,
        DEAD_LETTER_QUEUE_ARN: props.probe.deadLetters.queueArn,
      },
    })
  }

  private allowSchedules(role: iam.Role): void {
    const { scheduleGroupName } = this.schedules
    this.function.allow({
      actions: [
        'scheduler:CreateSchedule',
        'scheduler:UpdateSchedule',
        'scheduler:GetSchedule',
        'scheduler:DeleteSchedule',
      ],
      resources: [
        `arn:${Aws.PARTITION}:scheduler:${Aws.REGION}:${Aws.ACCOUNT_ID}:schedule/${scheduleGroupName}/*`,
      ],
    })
    this.function.allow({ actions: ['scheduler:ListSchedules'], resources: ['*'] })
    this.function.allow({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    })
    this.function.explain('Resource::*', 'ListSchedules knows no resource; what it lists is names.')
    this.function.explain(
      `Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${scheduleGroupName}/*`,
      'Schedules are made as hosts come: their group is the boundary.',
    )
  }

  /** In a group of its own: in the probes' group the fan-out would take it for an orphan. */
  private everyMinute(stage: string): scheduler.CfnSchedule {
    const group = new scheduler.ScheduleGroup(this.scope, 'ClockGroup', {
      scheduleGroupName: `${stage}-clock`,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const clock = new scheduler.CfnSchedule(this.scope, 'Clock', {
      name: `${stage}-fan-out`,
      groupName: group.scheduleGroupName,
      description: 'Runs the fan-out every minute',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.handler.functionArn,
        input: JSON.stringify({ time: '<aws.scheduler.scheduled-time>' }),
        roleArn: this.scheduleRole('ClockRole', group, this.function).roleArn,
        // A run that is late is worth nothing: the next one does its work.
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
      },
    })
    // It refers to its group by name, which CloudFormation does not take for a dependency.
    clock.node.addDependency(group)
    return clock
  }

  /** What the schedules of `group` act as: they may invoke `target`, and only they may. */
  private scheduleRole(id: string, group: scheduler.ScheduleGroup, target: NodeFunction): iam.Role {
    const role = new iam.Role(this.scope, id, {
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
}
