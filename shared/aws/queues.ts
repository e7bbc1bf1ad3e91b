import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { BOUNDED_CALLS } from './client-settings.ts'

/**
 * A client whose calls end: the SDK's own has no timeout. Region, credentials and endpoint come from its environment.
 */
export const createSqsClient = (): SQSClient => new SQSClient(BOUNDED_CALLS)

/** A message that is wrong, and why. */
export type RejectedMessage = {
  readonly messageId: string
  readonly body: string
  readonly reason: string
  /** What exactly is wrong, for whoever mends it. */
  readonly detail: string
  /** The key of the object that the message is about, where it is about one. */
  readonly key?: string | null
}

/** Attributes count towards a message's size, and a person reads this one. */
const MAX_DETAIL_CHARACTERS = 500

/** SQS takes no larger message. */
const MAX_MESSAGE_BYTES = 1_048_576
/** The attributes never need more bytes, with their names and types: a character of their text has at most 3 bytes. */
const ATTRIBUTES_BYTES = 4 * 3 * MAX_DETAIL_CHARACTERS + 200

/**
 * Sends a message to a dead-letter queue as it came, with the attributes `reason`, `detail`,
 * `source_message_id` and `key`. One so long that they have no room beside it loses its end, and says so in `detail`:
 * refused by SQS it would become a dead letter without a reason.
 * @throws what the SQS client throws; the message is not in the queue then, or is and will be once more.
 */
export async function sendToDeadLetters(
  client: SQSClient,
  queueUrl: string,
  message: RejectedMessage,
): Promise<void> {
  const { body, cutBytes } = withRoomForAttributes(message.body)
  const cut = cutBytes === 0 ? '' : `(the last ${cutBytes} bytes of the message are cut off) `
  await client.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: body,
      MessageAttributes: {
        reason: textAttribute(message.reason),
        detail: textAttribute(cut + message.detail),
        source_message_id: textAttribute(message.messageId),
        ...(message.key == null ? {} : { key: textAttribute(message.key) }),
      },
    }),
  )
}

function withRoomForAttributes(body: string): { body: string; cutBytes: number } {
  const bytes = Buffer.from(body)
  const maxBytes = MAX_MESSAGE_BYTES - ATTRIBUTES_BYTES
  if (bytes.length <= maxBytes) return { body, cutBytes: 0 }
  // A character that would be cut in two is left out.
  const kept = new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true })
  return { body: kept, cutBytes: bytes.length - Buffer.byteLength(kept) }
}

/** What SQS takes in an attribute: not empty, and no control characters but tab and line ends. */
const textAttribute = (text: string) => ({
  DataType: 'String',
  StringValue: text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '?').slice(0, MAX_DETAIL_CHARACTERS) || '-',
})
