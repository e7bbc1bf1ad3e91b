import { Duration } from 'aws-cdk-lib'
import { DRIFT_METRICS, FUNCTION_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import { deadLettersWaiting } from './dead-letter-alarm.ts'
import { sumOf } from './metrics.ts'
import type { Watched } from './watched.ts'

const PERIOD = Duration.minutes(5)
/** Much longer than judging a scan takes, and much shorter than the hours between two scans of a host. */
const WAITING_SECONDS = 900

/** The alarms on the scan queue and on the drift function. */
export const driftAlarms = ({ drift, emitted }: Watched): AlarmDefinition[] => [
  {
    title: 'Scans waiting',
    says: `A scan message has waited for more than ${WAITING_SECONDS / 60} minutes.`,
    metric: drift.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: PERIOD }),
    when: '>',
    threshold: WAITING_SECONDS,
    of: [2, 2],
    silence: 'fine',
  },
  deadLettersWaiting(
    'Scan dead letters',
    'Scan messages that could not be judged wait in the dead-letter queue.',
    drift.deadLetters,
  ),
  {
    title: 'Scans without a verdict',
    says: 'Scans ended with nothing that could be scored: every check of the host failed to run.',
    metric: emitted('drift', DRIFT_METRICS.nothingScored, 'Sum'),
    when: '>=',
    threshold: 1,
    of: [1, 1],
    silence: 'fine',
  },
  {
    title: 'Drift function failing',
    says: 'The drift function fails, for a batch or for some of its messages: scans wait, and after five attempts are dead-lettered.',
    metric: sumOf(
      [
        drift.function.handler.metricErrors({ period: PERIOD }),
        emitted('drift', FUNCTION_METRICS.faults, 'Sum'),
      ],
      'Failed',
    ),
    when: '>=',
    threshold: 1,
    of: [2, 3],
    silence: 'fine',
  },
]
