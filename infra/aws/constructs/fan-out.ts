import { Aws, CfnDeletionPolicy, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import type { Construct } from 'constructs'
import { FAN_OUT_CONCURRENCY } from '../concurrency.ts'
import { keyUse } from './encryption.ts'
import { everyMinute, scheduleRole } from './minute-clock.ts'
import { NodeFunction, type StageParts } from './node-function.ts'
import type { Probe } from './probe.ts'

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
  /** Of the schedules that run functions every minute. In the probes' group the fan-out would take them for orphans. */
  readonly clocks: scheduler.ScheduleGroup
  private readonly scope: Construct

  constructor(scope: Construct, props: FanOutProps) {
    this.scope = scope
    // Made by the fan-out, not by CloudFormation: destroyed with the group, or they would fire on for ever.
    this.schedules = new scheduler.ScheduleGroup(scope, 'Schedules', {
      scheduleGroupName: props.names.probeSchedules,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const role = scheduleRole(scope, 'ScheduleRole', this.schedules, props.probe.function, [
      { actions: ['sqs:SendMessage'], resources: [props.probe.deadLetters.queueArn] },
      ...keyUse(props.key, 'sqs'),
    ])
    keepWhenReplaced(role)
    this.function = this.createFunction(props, role)
    this.function.waitFor(this.schedules)
    this.allowSchedules(role)
    this.allowConfirmations(props.probe)
    this.clocks = new scheduler.ScheduleGroup(scope, 'ClockGroup', {
      scheduleGroupName: props.names.clocks,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    everyMinute(scope, 'Clock', {
      group: this.clocks,
      name: props.names.clock('fan-out'),
      description: 'Runs the fan-out every minute',
      target: this.function,
      input: { time: '<aws.scheduler.scheduled-time>' },
    })
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
        // Without a reserved concurrency of 1, a lease in the database keeps a second run from overlapping.
        ...(props.settings.concurrency.isReserved ? {} : { MAY_OVERLAP: 'yes' }),
        ...(props.settings.confirmation.looksTwiceAMinute ? {} : { LOOKS_AGAIN: 'no' }),
      },
    })
  }

  /** Hosts that have failed are probed again out of turn. */
  private allowConfirmations(probe: Probe): void {
    this.function.allow({
      actions: ['lambda:InvokeFunction'],
      resources: [probe.function.handler.functionArn],
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
}

/** The schedules that the fan-out made have the old role until it has written them again, which takes minutes. */
function keepWhenReplaced({ node: { defaultChild } }: iam.Role): void {
  if (!(defaultChild instanceof iam.CfnRole)) throw new Error('the role is not made by this stack')
  defaultChild.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  defaultChild.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE
}
