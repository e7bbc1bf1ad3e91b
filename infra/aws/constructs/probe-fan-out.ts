import { Aws, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import type { Database } from './database.ts'
import type { FunctionNetwork } from './network.ts'
import { NodeFunction } from './node-function.ts'
import { deadLetterQueue } from './queues.ts'

/** One at a time: two would only do each other's work. */
export const FAN_OUT_CONCURRENCY = 1

/** 5 s probe < 10 s handler deadline < 15 s idle in transaction < this. */
const PROBE_TIMEOUT_SECONDS = 20
const FAN_OUT_TIMEOUT_SECONDS = 60
/** Room for 500 hosts at once: they take less than 128 MiB. */
export const PROBE_MEMORY_MB = 256

export type ProbeFanOutProps = {
  readonly stage: string
  readonly settings: Settings
  readonly network: FunctionNetwork | null
  readonly database: Database
}

/** Liveness: the fan-out keeps the schedules in step with the hosts, the schedules fire the probe function. */
export class ProbeFanOut extends Construct {
  readonly probe: NodeFunction
  readonly fanOut: NodeFunction
  readonly schedules: scheduler.ScheduleGroup
  readonly clock: scheduler.CfnSchedule
  /** Probe requests that were not handed over, or not served. */
  readonly deadLetters: sqs.Queue

  constructor(scope: Construct, id: string, props: ProbeFanOutProps) {
    super(scope, id)
    const { stage } = props
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', `awareness-${stage}-probe-dead-letters`)
    // Made by the fan-out, not by CloudFormation: destroyed with the group, or they would fire on for ever.
    this.schedules = new scheduler.ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: `${stage}-probes`,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.probe = this.probeFunction(props)
    const role = scheduleRole(this, 'ScheduleRole', this.schedules, this.probe)
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    )
    this.fanOut = this.fanOutFunction(props, role)
    this.fanOut.waitFor(this.schedules)
    this.clock = this.everyMinute(stage)
  }

  private probeFunction(props: ProbeFanOutProps): NodeFunction {
    return new NodeFunction(this, 'Probe', {
      ...props,
      folder: 'probe',
      description: 'Fleet Awareness: reads the SSH identification of the hosts that it is given',
      memoryMb: PROBE_MEMORY_MB,
      timeoutSeconds: PROBE_TIMEOUT_SECONDS,
      concurrency: props.settings.concurrency.probe,
      signIn: props.database.signInAs('awareness_probe'),
      onFailure: this.deadLetters,
    })
  }

  private fanOutFunction(props: ProbeFanOutProps, role: iam.Role): NodeFunction {
    const fanOut = new NodeFunction(this, 'FanOut', {
      ...props,
      folder: 'fan-out',
      description: 'Fleet Awareness: keeps one schedule group in step with the hosts table',
      memoryMb: 512,
      timeoutSeconds: FAN_OUT_TIMEOUT_SECONDS,
      concurrency: FAN_OUT_CONCURRENCY,
      signIn: props.database.signInAs('awareness_fan_out'),
      environment: {
        SCHEDULE_GROUP: this.schedules.scheduleGroupName,
        PROBE_FUNCTION_ARN: this.probe.handler.functionArn,
        SCHEDULE_ROLE_ARN: role.roleArn,
        DEAD_LETTER_QUEUE_ARN: this.deadLetters.queueArn,
      },
    })
    const { scheduleGroupName } = this.schedules
    fanOut.allow({
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
    fanOut.allow({ actions: ['scheduler:ListSchedules'], resources: ['*'] })
    fanOut.allow({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    })
    fanOut.explain('Resource::*', 'ListSchedules knows no resource; what it lists is names.')
    fanOut.explain(
      `Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${scheduleGroupName}/*`,
      'Schedules are made as hosts come: their group is the boundary.',
    )
    return fanOut
  }

  /** In a group of its own: in the probes' group the fan-out would take it for an orphan. */
  private everyMinute(stage: string): scheduler.CfnSchedule {
    const group = new scheduler.ScheduleGroup(this, 'ClockGroup', {
      scheduleGroupName: `${stage}-clock`,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const clock = new scheduler.CfnSchedule(this, 'Clock', {
      name: `${stage}-fan-out`,
      groupName: group.scheduleGroupName,
      description: 'Runs the fan-out every minute',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.fanOut.handler.functionArn,
        input: JSON.stringify({ time: '<aws.scheduler.scheduled-time>' }),
        roleArn: scheduleRole(this, 'ClockRole', group, this.fanOut).roleArn,
        // A run that is late is worth nothing: the next one does its work.
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
      },
    })
    // It refers to its group by name, which CloudFormation does not take for a dependency.
    clock.node.addDependency(group)
    return clock
  }
}

/** What the schedules of `group` act as: they may invoke `target`, and only they may. */
function scheduleRole(
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
    new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.handler.functionArn] }),
  )
  return role
}
