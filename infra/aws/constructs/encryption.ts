import { Aws } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as sqs from 'aws-cdk-lib/aws-sqs'

/**
 * The key of the customer's own that encrypts the database, its secret, the logs, the queues and the topics. Null: they
 * are encrypted with keys of AWS.
 */
export type EncryptionKey = kms.IKey | null

type KeyUse = {
  readonly actions: string[]
  readonly resources: string[]
  readonly conditions: iam.Conditions
}

/** What a sender or a reader needs of the key besides the right on the queue or the topic itself. */
export const keyUse = (key: EncryptionKey, service: 'sqs' | 'sns'): KeyUse[] =>
  key === null
    ? []
    : [
        {
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
        },
      ]

/** How a queue is encrypted. */
export const queueEncryption = (
  key: EncryptionKey,
): Pick<sqs.QueueProps, 'encryption' | 'encryptionMasterKey'> =>
  key === null
    ? { encryption: sqs.QueueEncryption.SQS_MANAGED }
    : { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey: key }

/**
 * Lets those services use the key that do not act with a role of the stack: CloudWatch Logs for its groups, CloudWatch for
 * messages of alarms, EventBridge for events that another account's bus did not take, S3 for notifications of results files. A key that was not created in the
 * same CDK app is left as it is: its policy has to say the same.
 */
export function admitServices(key: kms.IKey): void {
  const logs = new iam.PolicyStatement({
    sid: 'FleetAwarenessLogs',
    principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
    actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`,
      },
    },
  })
  const messages = new iam.PolicyStatement({
    sid: 'FleetAwarenessMessages',
    principals: ['cloudwatch', 'events', 's3'].map(
      (name) => new iam.ServicePrincipal(`${name}.amazonaws.com`),
    ),
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  })
  for (const statement of [logs, messages]) key.addToResourcePolicy(statement, true)
}
