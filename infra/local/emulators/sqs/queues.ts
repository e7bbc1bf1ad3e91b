import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'

export type Queue = { readonly url: string; readonly arn: string }

export type QueueSettings = {
  readonly name: string
  /** How long a received message stays hidden from other consumers, and until a failed one is retried. */
  readonly visibilityTimeoutSeconds: number
  /** After this many receives a message moves to the dead-letter queue. */
  readonly maxReceiveCount: number
}

/** What AWS keeps longest; a dead letter is to outlive the queue that it comes from. */
const RETENTION_14_DAYS_SECONDS = 14 * 24 * 60 * 60

/** A queue and, named `<name>-dlq`, the queue of its dead letters. Both may be there already. */
export async function createQueueWithDeadLetters(
  client: SQSClient,
  endpoint: string,
  settings: QueueSettings,
): Promise<{ readonly queue: Queue; readonly deadLetters: Queue }> {
  const deadLetters = await createQueue(client, endpoint, `${settings.name}-dlq`, {
    MessageRetentionPeriod: String(RETENTION_14_DAYS_SECONDS),
  })
  const queue = await createQueue(client, endpoint, settings.name, {
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: deadLetters.arn,
      maxReceiveCount: settings.maxReceiveCount,
    }),
  })
  return { queue, deadLetters }
}

async function createQueue(
  client: SQSClient,
  endpoint: string,
  name: string,
  attributes: Record<string, string>,
): Promise<Queue> {
  const { QueueUrl: given } = await client.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  )
  if (given === undefined) throw new Error(`the queue ${name} got no URL`)
  // The server names itself sqs.<region>.localhost, which most resolvers do not know; it only reads the path.
  const url = new URL(new URL(given).pathname, endpoint).href
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  )
  const arn = Attributes?.QueueArn
  if (arn === undefined) throw new Error(`the queue ${name} has no ARN`)
  return { url, arn }
}
