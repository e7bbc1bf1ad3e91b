import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type * as sns from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'

/** An alarm that somebody can act on: docs/operations.md has a section of its title. */
export type AlarmDefinition = {
  readonly title: string
  /** One sentence for whoever is woken. */
  readonly says: string
  readonly metric: cloudwatch.IMetric
  readonly when: '<' | '>' | '>='
  readonly threshold: number
  /** In alarm when `of[0]` of the last `of[1]` periods are beyond the threshold. */
  readonly of: readonly [number, number]
  /** What silence means: `alarm` for heartbeats. */
  readonly silence: 'alarm' | 'fine' | 'no change'
}

const COMPARISON = {
  '<': cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
  '>': cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  '>=': cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
}

const SILENCE = {
  alarm: cloudwatch.TreatMissingData.BREACHING,
  fine: cloudwatch.TreatMissingData.NOT_BREACHING,
  'no change': cloudwatch.TreatMissingData.IGNORE,
}

/** As a Markdown viewer makes the anchor of a heading. */
export const anchorOf = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/** An alarm that links to its section of the runbook, and tells the topic when it goes off and when it is over. */
export function createAlarm(
  scope: Construct,
  definition: AlarmDefinition,
  { stage, runbook, topic }: { readonly stage: string; readonly runbook: string; readonly topic: sns.ITopic },
): cloudwatch.Alarm {
  const anchor = anchorOf(definition.title)
  const [datapointsToAlarm, evaluationPeriods] = definition.of
  const alarm = new cloudwatch.Alarm(scope, anchor, {
    alarmName: `awareness-${stage}-${anchor}`,
    alarmDescription: `${definition.says} What to do: ${runbook}#${anchor}`,
    metric: definition.metric,
    comparisonOperator: COMPARISON[definition.when],
    threshold: definition.threshold,
    datapointsToAlarm,
    evaluationPeriods,
    treatMissingData: SILENCE[definition.silence],
  })
  alarm.addAlarmAction(new SnsAction(topic))
  alarm.addOkAction(new SnsAction(topic))
  return alarm
}
