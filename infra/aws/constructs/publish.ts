import { Duration } from 'aws-cdk-lib'
import * as chatbot from 'aws-cdk-lib/aws-chatbot'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as logs from 'aws-cdk-lib/aws-logs'
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations'
import type * as scheduler from 'aws-cdk-lib/aws-scheduler'
import * as sns from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { EVENT_SOURCE } from '../../../shared/domain/bus-event.ts'
import { EVENT_LINES } from '../../../shared/domain/event-lines.ts'
import { PUBLISH_CONCURRENCY } from '../concurrency.ts'
import { keyUse } from './encryption.ts'
import { everyMinute } from './minute-clock.ts'
import { NodeFunction, type StageParts } from './node-function.ts'
import { deadLetterQueue } from './queues.ts'

/** Above the handler's own deadline of 55 s. */
const PUBLISH_TIMEOUT_SECONDS = 60
const PUBLISH_MEMORY_MB = 512

export type PublishProps = StageParts & {
  readonly clocks: scheduler.ScheduleGroup
  /** The functions that report changes: their log lines start publishing. */
  readonly reporters: Readonly<Record<keyof typeof EVENT_LINES, NodeFunction>>
}

/** The event bus that programs subscribe to, and the publish function that puts every audit event on it. */
export class Publish extends Construct {
  readonly bus: events.EventBus
  /** Where people subscribe to the digest. */
  readonly digests: sns.Topic
  readonly function: NodeFunction
  /** Events that another account's bus did not take. */
  readonly undelivered: sqs.Queue | null

  constructor(scope: Construct, id: string, props: PublishProps) {
    super(scope, id)
    const { names, settings } = props
    this.bus = new events.EventBus(this, 'Bus', {
      eventBusName: names.bus,
      description: `Fleet Awareness (${names.installation}): every change of every host, and every drift`,
    })
    if (settings.archiveDays !== null) {
      this.bus.archive('Archive', {
        archiveName: names.archive,
        eventPattern: { source: [EVENT_SOURCE] },
        retention: Duration.days(settings.archiveDays),
      })
    }
    this.digests = this.digestTopic(props)
    this.function = new NodeFunction(this, 'Publish', {
      ...props,
      name: 'publish',
      memoryMb: PUBLISH_MEMORY_MB,
      timeoutSeconds: PUBLISH_TIMEOUT_SECONDS,
      concurrency: PUBLISH_CONCURRENCY,
      environment: { EVENT_BUS: this.bus.eventBusName, DIGEST_TOPIC_ARN: this.digests.topicArn },
    })
    this.function.allow({
      actions: ['events:PutEvents', 'events:DescribeEventBus'],
      resources: [this.bus.eventBusArn],
    })
    this.function.allow({ actions: ['sns:Publish'], resources: [this.digests.topicArn] })
    for (const use of keyUse(props.key, 'sns')) this.function.allow(use)
    everyMinute(this, 'Clock', {
      group: props.clocks,
      name: names.clock('publish'),
      description: 'Publishes every minute what no log line has started to publish',
      target: this.function,
      input: {},
    })
    this.listen(props.reporters)
    this.undelivered = this.forward(props)
  }

  private digestTopic({ names, settings, key }: PublishProps): sns.Topic {
    const { emails, slack } = settings.notify
    const topic = new sns.Topic(this, 'Digests', {
      topicName: names.digests,
      enforceSSL: true,
      ...(key === null ? {} : { masterKey: key }),
    })
    for (const email of emails) topic.addSubscription(new EmailSubscription(email))
    if (slack !== null) {
      new chatbot.SlackChannelConfiguration(this, 'Slack', {
        slackChannelConfigurationName: names.digests,
        slackWorkspaceId: slack.workspaceId,
        slackChannelId: slack.channelId,
        notificationTopics: [topic],
      })
    }
    return topic
  }

  /** CloudWatch Logs invokes the function within seconds of such a line. */
  private listen(reporters: PublishProps['reporters']): void {
    for (const [name, lines] of Object.entries(EVENT_LINES) as [
      keyof typeof EVENT_LINES,
      readonly string[],
    ][]) {
      new logs.SubscriptionFilter(this, `LinesOf${name[0]?.toUpperCase()}${name.slice(1)}`, {
        logGroup: reporters[name].logGroup,
        destination: new LambdaDestination(this.function.handler),
        filterPattern: logs.FilterPattern.any(
          ...lines.map((line) => logs.FilterPattern.stringValue('$.message', '=', line)),
        ),
      })
    }
  }

  /** Hands every event on to the buses of other accounts, where they have rules of their own. */
  private forward({ names, settings: { subscribers }, key }: PublishProps): sqs.Queue | null {
    if (subscribers.length === 0) return null
    const undelivered = deadLetterQueue(this, 'Undelivered', { queueName: names.undelivered, key })
    for (const [i, arn] of subscribers.entries()) {
      const target = events.EventBus.fromEventBusArn(this, `Subscriber${i + 1}`, arn)
      new events.Rule(this, `Forward${i + 1}`, {
        ruleName: names.forwardRule(i + 1),
        description: `Hands every event on to ${arn}`,
        eventBus: this.bus,
        eventPattern: { source: [EVENT_SOURCE] },
        targets: [new targets.EventBus(target, { deadLetterQueue: undelivered })],
      })
    }
    return undelivered
  }
}
