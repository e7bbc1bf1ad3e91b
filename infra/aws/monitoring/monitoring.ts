import { Aws } from 'aws-cdk-lib'
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as sns from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import { type AlarmDefinition, createAlarm } from './alarm.ts'
import { Dashboard } from './dashboard.ts'
import { databaseAlarms } from './database-alarms.ts'
import { driftAlarms } from './drift-alarms.ts'
import { fleetAlarms } from './fleet-alarms.ts'
import { ingestAlarms } from './ingest-alarms.ts'
import { inventoryAlarms } from './inventory-alarms.ts'
import { livenessAlarms } from './liveness-alarms.ts'
import { emittedMetrics } from './metrics.ts'
import { publishAlarms } from './publish-alarms.ts'
import { createQuestionAlarm } from './question-alarm.ts'
import type { AlarmQuestion } from './questions.ts'
import { SavedQueries } from './saved-queries.ts'
import type { Watched } from './watched.ts'

/** The alarms, the topic that they notify, the dashboard and the saved queries. */
export class Monitoring extends Construct {
  readonly topic: sns.ITopic

  constructor(scope: Construct, id: string, props: Omit<Watched, 'emitted'>) {
    super(scope, id)
    const { names } = props
    const settings = props.settings.alarms
    const watched: Watched = { ...props, emitted: emittedMetrics(names) }
    this.topic = this.alarmTopic(watched)
    const isFull = settings.monitoring === 'full'
    const alarms: cloudwatch.Alarm[] = []
    const questions: cloudwatch.CompositeAlarm[] = []
    for (const [question, definitions] of Object.entries(alarmsByQuestion(watched))) {
      const created = definitions
        .filter((definition) => isFull || isPlain(definition))
        .map((definition) => createAlarm(this, definition, { names, runbook: settings.runbook }))
      alarms.push(...created)
      if (isFull) questions.push(createQuestionAlarm(this, question as AlarmQuestion, created, watched))
    }
    for (const alarm of settings.messages === 'questions' && isFull ? questions : alarms) this.tell(alarm)
    new Dashboard(this, 'Overview', watched, { alarms, questions })
    if (isFull) new SavedQueries(this, 'Queries', watched)
  }

  private tell(alarm: cloudwatch.AlarmBase): void {
    alarm.addAlarmAction(new SnsAction(this.topic))
    alarm.addOkAction(new SnsAction(this.topic))
  }

  private alarmTopic({ names, settings, key }: Watched): sns.ITopic {
    const { topicArn, emails } = settings.alarms
    if (topicArn !== null) return sns.Topic.fromTopicArn(this, 'Topic', topicArn)
    const topic = new sns.Topic(this, 'Topic', {
      topicName: names.alarms,
      enforceSSL: true,
      ...(key === null ? {} : { masterKey: key }),
    })
    // A policy on a topic replaces the default one, which allows the alarms of its own account to publish.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    )
    for (const email of emails) topic.addSubscription(new EmailSubscription(email))
    return topic
  }
}

const alarmsByQuestion = (watched: Watched): Record<AlarmQuestion, AlarmDefinition[]> => ({
  fleet: fleetAlarms(watched),
  changes: publishAlarms(watched),
  drift: [...ingestAlarms(watched), ...driftAlarms(watched)],
  system: [...livenessAlarms(watched), ...inventoryAlarms(watched), ...databaseAlarms(watched)],
})

/**
 * Whether the alarm is on one plain metric. A label counts as arithmetic, because CloudFormation writes
 * both alike.
 */
function isPlain({ metric }: AlarmDefinition): boolean {
  const { metricStat, renderingProperties } = metric.toMetricConfig()
  return metricStat !== undefined && renderingProperties?.label === undefined
}
