import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda'

/** A received message in the shape in which Lambda hands it to a function. */
export function toSqsRecord(message: Message, queueArn: string): SQSRecord {
  const { SenderId, SentTimestamp, ApproximateReceiveCount, ApproximateFirstReceiveTimestamp } =
    message.Attributes ?? {}
  return {
    messageId: given(message.MessageId, 'MessageId'),
    receiptHandle: given(message.ReceiptHandle, 'ReceiptHandle'),
    body: message.Body ?? '',
    attributes: {
      ApproximateReceiveCount: given(ApproximateReceiveCount, 'ApproximateReceiveCount'),
      SentTimestamp: given(SentTimestamp, 'SentTimestamp'),
      SenderId: given(SenderId, 'SenderId'),
      ApproximateFirstReceiveTimestamp: given(
        ApproximateFirstReceiveTimestamp,
        'ApproximateFirstReceiveTimestamp',
      ),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, toAttribute(value)]),
    ),
    md5OfBody: given(message.MD5OfBody, 'MD5OfBody'),
    ...(message.MD5OfMessageAttributes === undefined
      ? {}
      : { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: given(queueArn.split(':')[3], 'region in the ARN'),
  }
}

/** Lambda gives binary values in base64, and two lists that SQS keeps for a future that has not come. */
function toAttribute(value: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
    ...(value.BinaryValue === undefined
      ? {}
      : { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: given(value.DataType, 'DataType'),
  }
}

function given(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`SQS delivered a message without ${name}`)
  return value
}
