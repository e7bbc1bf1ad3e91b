import * as lambda from 'aws-cdk-lib/aws-lambda'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { keyUse } from './encryption.ts'
import { NodeFunction, type StageParts } from './node-function.ts'
import { deadLetterQueue, workQueue } from './queues.ts'
import { scannerPrincipal } from './scanner-principal.ts'

const DRIFT_TIMEOUT_SECONDS = 60
/** Scans that are judged in one view of the database. */
const BATCH_SIZE = 10

/** Drift: scanners send finished scans to a queue, the drift function judges them. */
export class Drift extends Construct {
  readonly queue: sqs.Queue
  /** Messages that are wrong, with the reason as an attribute, and messages that failed five times. */
  readonly deadLetters: sqs.Queue
  readonly function: NodeFunction
  readonly mapping: lambda.EventSourceMapping

  constructor(scope: Construct, id: string, props: StageParts) {
    super(scope, id)
    const { names, settings } = props
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', {
      queueName: names.scanDeadLetters,
      key: props.key,
    })
    this.queue = workQueue(this, 'Scans', {
      queueName: names.scans,
      key: props.key,
      timeoutSeconds: DRIFT_TIMEOUT_SECONDS,
      deadLetters: this.deadLetters,
    })
    this.admitScanners(settings.scanners)
    this.function = new NodeFunction(this, 'Drift', {
      ...props,
      name: 'drift',
      memoryMb: 512,
      timeoutSeconds: DRIFT_TIMEOUT_SECONDS,
      concurrency: settings.concurrency.drift,
      environment: { DEAD_LETTER_QUEUE_URL: this.deadLetters.queueUrl },
    })
    this.function.allowLambda({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [this.queue.queueArn],
    })
    this.function.allow({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] })
    for (const use of keyUse(props.key, 'sqs')) this.function.allow(use)
    this.mapping = new lambda.EventSourceMapping(this, 'Mapping', {
      target: this.function.handler,
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_SIZE,
      reportBatchItemFailures: true,
      maxConcurrency: settings.concurrency.drift,
    })
  }

  private admitScanners(scanners: readonly string[]): void {
    for (const scanner of scanners) this.queue.grantSendMessages(scannerPrincipal(scanner))
  }
}
