import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { formatAnchor } from './alarm.ts'
import { type AlarmQuestion, QUESTIONS } from './questions.ts'
import type { Watched } from './watched.ts'

/** Goes off while any of the alarms on one question of the dashboard is on: to look at, or to wake people by. */
export function createQuestionAlarm(
  scope: Construct,
  question: AlarmQuestion,
  alarms: readonly cloudwatch.Alarm[],
  { names, settings }: Pick<Watched, 'names' | 'settings'>,
): cloudwatch.CompositeAlarm {
  const anchor = formatAnchor(QUESTIONS[question]).replace(/-$/, '')
  return new cloudwatch.CompositeAlarm(scope, anchor, {
    compositeAlarmName: names.alarm(anchor),
    alarmDescription: `${QUESTIONS[question]} An alarm says no. What to do: ${settings.alarms.runbook}#alarms`,
    alarmRule: cloudwatch.AlarmRule.anyOf(
      ...alarms.map((alarm) => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM)),
    ),
  })
}
