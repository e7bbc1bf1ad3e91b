import { Duration } from 'aws-cdk-lib'
import { FUNCTION_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import { deadLettersWaiting } from './dead-letter-alarm.ts'
import { sumMetrics } from './metrics.ts'
import type { Watched } from './watched.ts'

const PERIOD = Duration.minutes(5)
/** A file takes seconds; after a whole fleet was scanned at once, the last of thousands of files waits for minutes. */
const WAITING_SECONDS = 1_800

/** The alarms on results files, and on the ingest function. */
export const ingestAlarms = ({ ingest, emitted }: Watched): AlarmDefinition[] => [
  {
    title: 'Scan files waiting',
    says: `A results file has waited in the bucket for more than ${WAITING_SECONDS / 60} minutes.`,
    metric: ingest.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: PERIOD }),
    when: '>',
    threshold: WAITING_SECONDS,
    of: [2, 2],
    silence: 'fine',
  },
  deadLettersWaiting(
    'Scan file dead letters',
    'Results files that could not be recorded wait in the dead-letter queue.',
    ingest.deadLetters,
  ),
  {
    title: 'Ingest function failing',
    says: 'The ingest function fails: results files wait, and after five attempts are dead-lettered.',
    metric: sumMetrics(
      [
        ingest.function.handler.metricErrors({ period: PERIOD }),
        emitted('ingest', FUNCTION_METRICS.faults, 'Sum'),
      ],
      'Failed',
    ),
    when: '>=',
    threshold: 1,
    of: [2, 3],
    silence: 'fine',
  },
]
