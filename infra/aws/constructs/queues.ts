import { Duration, Validations } from 'aws-cdk-lib'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { type EncryptionKey, queueEncryption } from './encryption.ts'

/** As long as SQS keeps anything: time to come back from a holiday. */
const DEAD_LETTER_RETENTION_DAYS = 14
/** Shorter than the dead letters', so that a message never dies of age before it can be looked at. */
const SOURCE_RETENTION_DAYS = 7
/** After that the message is wrong, not the weather. */
const MAX_RECEIVES = 5

type QueueProps = { readonly queueName: string; readonly key: EncryptionKey }
type DeadLetterProps = QueueProps & { readonly retention?: Duration }

/** A queue that nothing reads by itself: whoever is on call does. */
export function deadLetterQueue(
  scope: Construct,
  id: string,
  { queueName, key, retention = Duration.days(DEAD_LETTER_RETENTION_DAYS) }: DeadLetterProps,
): sqs.Queue {
  const queue = new sqs.Queue(scope, id, {
    queueName,
    retentionPeriod: retention,
    ...queueEncryption(key),
    enforceSSL: true,
  })
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'This is a dead-letter queue itself.',
  })
  return queue
}

/** A queue that a function reads. AWS asks for a visibility of six times the function's timeout. */
export function workQueue(
  scope: Construct,
  id: string,
  props: QueueProps & { readonly timeoutSeconds: number; readonly deadLetters: sqs.Queue },
): sqs.Queue {
  return new sqs.Queue(scope, id, {
    queueName: props.queueName,
    visibilityTimeout: Duration.seconds(6 * props.timeoutSeconds),
    retentionPeriod: Duration.days(SOURCE_RETENTION_DAYS),
    deadLetterQueue: { queue: props.deadLetters, maxReceiveCount: MAX_RECEIVES },
    ...queueEncryption(props.key),
    enforceSSL: true,
  })
}
