import { Duration } from 'aws-cdk-lib'
import { DRIFT_METRICS, FUNCTION_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import { deadLettersWaiting } from './dead-letter-alarm.ts'
import { lostShare, shareMetric } from './metrics.ts'
import type { Watched } from './watched.ts'

const PERIOD = Duration.minutes(5)
/** Much longer than judging a scan takes, and much shorter than the hours between two scans of a host. */
const WAITING_SECONDS = 900

const HOUR_MINUTES = 60
/** In a large fleet there is always a host whose agent or credentials are broken. */
const NOTHING_SCORED_PERCENT = 5
/** A failed batch is judged again; a share of them is a fault. */
const FAILED_PERCENT = 1

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
    says: `More than ${NOTHING_SCORED_PERCENT} % of an hour's scans ended with nothing that could be scored: every check of the host failed to run.`,
    metric: shareMetric(
      [emitted('drift', DRIFT_METRICS.nothingScored, 'Sum', HOUR_MINUTES)],
      emitted('drift', DRIFT_METRICS.scansJudged, 'Sum', HOUR_MINUTES),
      { label: 'Nothing scored, % of the scans', periodMinutes: HOUR_MINUTES },
    ),
    when: '>',
    threshold: NOTHING_SCORED_PERCENT,
    of: [1, 1],
    silence: 'fine',
  },
  {
    title: 'Drift function failing',
    says: `More than ${FAILED_PERCENT} % of the drift function's batches fail, or messages in them: scans wait, and after five attempts are dead-lettered.`,
    metric: lostShare(
      [
        drift.function.handler.metricErrors({ period: PERIOD }),
        emitted('drift', FUNCTION_METRICS.faults, 'Sum'),
      ],
      drift.function.handler.metricInvocations({ period: PERIOD }),
      { label: 'Failed, % of the batches', periodMinutes: PERIOD.toMinutes() },
    ),
    when: '>',
    threshold: FAILED_PERCENT,
    of: [2, 3],
    silence: 'fine',
  },
]
