import { Duration } from 'aws-cdk-lib'
import type { AlarmDefinition } from './alarm.ts'
import { sumMetrics } from './metrics.ts'
import type { Watched } from './watched.ts'

/**
 * After so many minutes without a sign of life a function that runs every minute has stopped. Between the migrations of a
 * first deployment and the first run of such a function there are only a few: some functions and a schedule are created.
 */
export const HEARTBEAT_MINUTES = 10

/**
 * Goes off when a function that runs every minute gives no sign of life. A first deployment has none yet, and missing data
 * is what this alarm is for: so an invocation of the migrate function, which comes before all others, counts as one.
 *
 * @param runs how many runs of the function ended in a minute.
 */
export const heartbeat = (
  functions: Watched['functions'],
  runs: AlarmDefinition['metric'],
): Pick<AlarmDefinition, 'metric' | 'when' | 'threshold' | 'of' | 'silence'> => ({
  metric: sumMetrics(
    [runs, functions.migrate.handler.metricInvocations({ statistic: 'Sum', period: Duration.minutes(1) })],
    'Signs of life',
    1,
  ),
  when: '<',
  threshold: 1,
  of: [HEARTBEAT_MINUTES, HEARTBEAT_MINUTES],
  silence: 'alarm',
})
