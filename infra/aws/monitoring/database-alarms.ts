import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SIGNING_FUNCTIONS } from '../../../shared/domain/functions.ts'
import { FUNCTION_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import { lostShare } from './metrics.ts'
import type { Watched } from './watched.ts'

/** Of thousands of connections a minute some are lost on the network. By far the most are those of the probe function. */
const UNREACHABLE_PERCENT = 1
const CONNECTIONS_PERCENT = 80
const CAPACITY_PERCENT = 90

/** The alarms on the database: it is unreachable, its connections are used up, its capacity is used up. */
export function databaseAlarms({ settings, database, functions, emitted }: Watched): AlarmDefinition[] {
  const unreachable = SIGNING_FUNCTIONS.map((name) =>
    emitted(name, FUNCTION_METRICS.databaseUnreachable, 'Sum', 1),
  )
  const always: AlarmDefinition = {
    title: 'Database unreachable',
    says: `More than ${UNREACHABLE_PERCENT} % of the functions' work fails because the database does not answer.`,
    metric: lostShare(
      unreachable,
      functions.probe.handler.metricInvocations({ period: Duration.minutes(1) }),
      {
        label: 'Without the database, % of the invocations',
        periodMinutes: 1,
      },
    ),
    when: '>',
    threshold: UNREACHABLE_PERCENT,
    of: [2, 3],
    silence: 'fine',
  }
  const ofDatabase = databaseMetrics(database.metrics)
  if (ofDatabase === null) return [always]
  const { maxConnections } = settings.database
  return [
    always,
    {
      title: 'Database connections near the limit',
      says: `More than ${CONNECTIONS_PERCENT} % of the database's ${maxConnections} connections are in use.`,
      metric: ofDatabase('DatabaseConnections'),
      when: '>',
      threshold: Math.floor((maxConnections * CONNECTIONS_PERCENT) / 100),
      of: [2, 3],
      silence: 'no change',
    },
    ...(settings.database.kind !== 'create' ? [] : [capacity(ofDatabase('ACUUtilization'))]),
  ]
}

const capacity = (metric: cloudwatch.Metric): AlarmDefinition => ({
  title: 'Database capacity near the limit',
  says: `For 15 minutes the database has used more than ${CAPACITY_PERCENT} % of the capacity it may scale to.`,
  metric,
  when: '>',
  threshold: CAPACITY_PERCENT,
  of: [3, 3],
  silence: 'no change',
})

/** Finds the metrics of the database by name; null where the settings do not name the database in CloudWatch. */
export function databaseMetrics(metrics: Watched['database']['metrics']) {
  if (metrics === null) return null
  return (metricName: string): cloudwatch.Metric =>
    new cloudwatch.Metric({
      namespace: 'AWS/RDS',
      metricName,
      dimensionsMap: { [metrics.dimension]: metrics.identifier },
      statistic: 'Maximum',
      period: Duration.minutes(5),
    })
}
