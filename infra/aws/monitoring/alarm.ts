import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Names } from '../../../shared/domain/names.ts'

/** An alarm that a person can act on. The runbook, docs/operations.md, has a section with its title. */
export type AlarmDefinition = {
  readonly title: string
  /** One sentence for the person on call. */
  readonly says: string
  readonly metric: cloudwatch.IMetric
  readonly when: '<' | '>' | '>='
  readonly threshold: number
  /** In alarm when `of[0]` of the last `of[1]` periods are beyond the threshold. */
  readonly of: readonly [number, number]
  /** How missing data is treated. Heartbeats use `alarm`. */
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

/** The anchor that a Markdown viewer creates for a heading. */
export const formatAnchor = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/** Creates an alarm that links to its section of the runbook. */
export function createAlarm(
  scope: Construct,
  definition: AlarmDefinition,
  { names, runbook }: { readonly names: Names; readonly runbook: string },
): cloudwatch.Alarm {
  const anchor = formatAnchor(definition.title)
  const [datapointsToAlarm, evaluationPeriods] = definition.of
  return new cloudwatch.Alarm(scope, anchor, {
    alarmName: names.alarm(anchor),
    alarmDescription: `${definition.says} What to do: ${runbook}#${anchor}`,
    metric: definition.metric,
    comparisonOperator: COMPARISON[definition.when],
    threshold: definition.threshold,
    datapointsToAlarm,
    evaluationPeriods,
    treatMissingData: SILENCE[definition.silence],
  })
}
