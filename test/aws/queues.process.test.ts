import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { sendToDeadLetters } from '../../shared/aws/queues.ts'
import { startSqsWithClient } from '../support/servers/sqs.ts'

const MIB = 1_048_576

async function deadLetterOf(body: string, detail = 'at position 0') {
  await using sqs = await startSqsWithClient()
  const { deadLetters } = await sqs.createQueue()
  await sendToDeadLetters(sqs.client, deadLetters.url, {
    messageId: 'm1',
    body,
    reason: 'malformed_json',
    detail,
  })
  return await receiveOne(sqs.client, deadLetters.url)
}

async function receiveOne(client: SQSClient, queueUrl: string) {
  const { Messages: [message] = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MessageAttributeNames: ['All'] }),
  )
  const { reason, detail } = message?.MessageAttributes ?? {}
  return { body: message?.Body ?? '', reason: reason?.StringValue, detail: detail?.StringValue }
}

describe('a dead letter', () => {
  it('a dead letter is the message as it came, with the reason beside it', async () => {
    expect(await deadLetterOf('{')).toEqual({ body: '{', reason: 'malformed_json', detail: 'at position 0' })
  })

  it('a dead letter bears its reason also where the message is as long as SQS takes it, and says how much was cut off', async () => {
    const { body, reason, detail } = await deadLetterOf('x'.repeat(MIB))
    expect(reason).toBe('malformed_json')
    expect(detail).toBe(`(the last ${MIB - body.length} bytes of the message are cut off) at position 0`)
    expect(body.length).toBeGreaterThan(MIB - 10_000)
  })

  it('a dead letter is cut between characters, and has room for the longest detail', async () => {
    const { body, reason } = await deadLetterOf(`x${'é'.repeat(MIB / 2 - 1)}`, '€'.repeat(5_000))
    expect(reason).toBe('malformed_json')
    expect(body).toMatch(/^xé+$/)
  })
})
