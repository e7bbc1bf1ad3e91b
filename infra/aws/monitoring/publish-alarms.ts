import { Duration } from 'aws-cdk-lib'
import { PUBLISH_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import { deadLettersWaiting } from './dead-letter-alarm.ts'
import { HEARTBEAT_MINUTES, heartbeat } from './heartbeat.ts'
import type { Watched } from './watched.ts'

/** An event is on the bus within seconds of its commit, and within two runs of the minute clock at worst. */
const WAITING_SECONDS = 300

/** The alarms on events that do not reach those who subscribe to them. */
export const publishAlarms = ({ publish, functions, emitted }: Watched): AlarmDefinition[] => [
  {
    title: 'Events waiting',
    says: `Events have waited for the event bus for more than ${WAITING_SECONDS / 60} minutes.`,
    metric: emitted('publish', PUBLISH_METRICS.oldestWaitingSeconds, 'Maximum', 1),
    when: '>',
    threshold: WAITING_SECONDS,
    of: [3, 3],
    silence: 'no change',
  },
  {
    title: 'Publishing stopped',
    says: `For ${HEARTBEAT_MINUTES} minutes nothing has published events: programs and people hear of no change.`,
    // A run that ends well or with refused events says how long they wait.
    ...heartbeat(functions, emitted('publish', PUBLISH_METRICS.oldestWaitingSeconds, 'SampleCount', 1)),
  },
  {
    title: 'Publish function failing',
    says: 'The publish function fails: events may wait for the event bus, or people for the digest of changes.',
    metric: publish.function.handler.metricErrors({ period: Duration.minutes(1) }),
    when: '>=',
    threshold: 1,
    of: [3, 5],
    silence: 'fine',
  },
  ...(publish.undelivered === null
    ? []
    : [
        deadLettersWaiting(
          'Events undelivered',
          "Another account's event bus did not take events that were handed on to it.",
          publish.undelivered,
        ),
      ]),
]
