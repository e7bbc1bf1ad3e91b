import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as s3 from 'aws-cdk-lib/aws-s3'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { INGEST_CONCURRENCY } from '../concurrency.ts'
import { keyUse } from './encryption.ts'
import { NodeFunction, type StageParts } from './node-function.ts'
import { deadLetterQueue, workQueue } from './queues.ts'
import { scannerPrincipal } from './scanner-principal.ts'

/** Above the handler's own deadline of 100 s. */
const INGEST_TIMEOUT_SECONDS = 120
/** A JSON file of 32 MiB is held in memory as text and as values. */
const INGEST_MEMORY_MB = 1024
/** Results are in the database by then. */
const KEEP_FILES_DAYS = 90

export type IngestProps = StageParts & {
  /** Where finished scans are announced. */
  readonly scans: sqs.Queue
}

/** Scans as files: scanners put them into a bucket, the ingest function records and announces them. */
export class Ingest extends Construct {
  readonly bucket: s3.Bucket
  /** Notifications of S3. */
  readonly queue: sqs.Queue
  /** Of files that are no scan of a host, with the reason and the key as attributes, and of those that failed five times. */
  readonly deadLetters: sqs.Queue
  readonly function: NodeFunction

  constructor(scope: Construct, id: string, props: IngestProps) {
    super(scope, id)
    const { names, settings } = props
    const bucketName = names.scanBucket(Aws.ACCOUNT_ID, Aws.REGION)
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', {
      queueName: names.scanFileDeadLetters,
      key: props.key,
    })
    this.queue = workQueue(this, 'Files', {
      queueName: names.scanFiles,
      key: props.key,
      timeoutSeconds: INGEST_TIMEOUT_SECONDS,
      deadLetters: this.deadLetters,
    })
    this.bucket = this.createBucket(bucketName, settings.data)
    this.admitScanners(settings.scanners)
    this.notify(bucketName)
    this.function = new NodeFunction(this, 'Ingest', {
      ...props,
      name: 'ingest',
      memoryMb: INGEST_MEMORY_MB,
      timeoutSeconds: INGEST_TIMEOUT_SECONDS,
      concurrency: INGEST_CONCURRENCY,
      environment: {
        SCAN_QUEUE_URL: props.scans.queueUrl,
        DEAD_LETTER_QUEUE_URL: this.deadLetters.queueUrl,
      },
    })
    this.grant(props)
    new lambda.EventSourceMapping(this, 'Mapping', {
      target: this.function.handler,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: INGEST_CONCURRENCY,
    })
  }

  private createBucket(bucketName: string, data: StageParts['settings']['data']): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Bucket', {
      bucketName,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      // Also where the installation has a key of its own: scanners of other accounts would need rights on it.
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // What was put is what is read, also where the next file has the same key.
      versioned: true,
      lifecycleRules: [
        {
          expiration: Duration.days(KEEP_FILES_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: data === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Every file leaves a log line with its key and a scan; who put it is in data events of CloudTrail.',
    })
    return bucket
  }

  private admitScanners(scanners: readonly string[]): void {
    if (scanners.length === 0) return
    this.bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: scanners.map(scannerPrincipal),
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects('*')],
      }),
    )
  }

  /**
   * By the property of the bucket: the method of CDK brings a function of its own. S3 asks the queue when it is set up,
   * so the queue's policy comes first; it names the bucket by its name, because the bucket comes last.
   */
  private notify(bucketName: string): void {
    const toQueue = new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [this.queue.queueArn],
      conditions: {
        ArnEquals: { 'aws:SourceArn': `arn:${Aws.PARTITION}:s3:::${bucketName}` },
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      },
    })
    const { policyDependable } = this.queue.addToResourcePolicy(toQueue)
    if (policyDependable !== undefined) this.bucket.node.addDependency(policyDependable)
    this.bucketResource().notificationConfiguration = {
      queueConfigurations: [{ event: 's3:ObjectCreated:*', queue: this.queue.queueArn }],
    }
  }

  private bucketResource(): s3.CfnBucket {
    const resource = this.bucket.node.defaultChild
    if (!(resource instanceof s3.CfnBucket)) throw new Error('a bucket is one resource')
    return resource
  }

  private grant({ scans, key }: IngestProps): void {
    const objects = this.bucket.arnForObjects('*')
    const bucketId = Stack.of(this).getLogicalId(this.bucketResource())
    this.function.allowLambda({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [this.queue.queueArn],
    })
    this.function.allow({
      actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObjectTagging', 's3:PutObjectVersionTagging'],
      resources: [objects],
    })
    this.function.explain(
      `Resource::<${bucketId}.Arn>/*`,
      'Every object of this one bucket is a results file that the function reads and tags.',
    )
    // Without it S3 answers that access is denied where an object does not exist.
    this.function.allow({
      actions: ['s3:ListBucket', 's3:ListBucketVersions'],
      resources: [this.bucket.bucketArn],
    })
    this.function.allow({
      actions: ['sqs:SendMessage'],
      resources: [scans.queueArn, this.deadLetters.queueArn],
    })
    for (const use of keyUse(key, 'sqs')) this.function.allow(use)
  }
}
