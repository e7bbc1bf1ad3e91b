import { Duration } from 'aws-cdk-lib'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { NodeFunction, type StageParts } from './node-function.ts'
import { deadLetterQueue } from './queues.ts'

/** 5 s probe < 10 s handler deadline < 15 s idle in transaction < this. */
const PROBE_TIMEOUT_SECONDS = 20
/** Room for MAX_HOSTS_PER_INVOCATION hosts at once: they take less than 128 MiB. */
export const PROBE_MEMORY_MB = 256

/** A lost probe is made up for by the next one: its request only shows why, and an alarm on it ends by itself. */
export const PROBE_DEAD_LETTER_RETENTION = Duration.hours(1)

/**
 * The probe function, which schedules fire. Its parts stand directly in the scope that it shares with the
 * fan-out: a construct of its own would give them other logical ids, and so replace what is deployed.
 */
export class Probe {
  readonly function: NodeFunction
  /** Probe requests that were not handed over, or not served. */
  readonly deadLetters: sqs.Queue

  constructor(scope: Construct, props: StageParts) {
    const { names, settings } = props
    this.deadLetters = deadLetterQueue(scope, 'DeadLetters', {
      queueName: names.probeDeadLetters,
      key: props.key,
      retention: PROBE_DEAD_LETTER_RETENTION,
    })
    this.function = new NodeFunction(scope, 'Probe', {
      ...props,
      name: 'probe',
      memoryMb: PROBE_MEMORY_MB,
      timeoutSeconds: PROBE_TIMEOUT_SECONDS,
      concurrency: settings.concurrency.probe,
      onFailure: this.deadLetters,
    })
  }
}
