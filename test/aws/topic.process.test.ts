import { SubscribeCommand } from '@aws-sdk/client-sns'
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { startSns } from '../../infra/local/emulators/sns/server.ts'
import { localSqsClient } from '../../infra/local/emulators/sqs/server.ts'
import { digestTopic } from '../../shared/aws/topic.ts'

it('a digest reaches those who subscribe: its text, and for chat channels the form that they show', async () => {
  const sns = await startSns('digests')
  const sqs = localSqsClient(sns.endpoint)
  try {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'people' }))
    const url = new URL(new URL(QueueUrl ?? '').pathname, sns.endpoint).href
    await sns.client.send(
      new SubscribeCommand({
        TopicArn: sns.topicArn,
        Protocol: 'sqs',
        Endpoint: 'arn:aws:sqs:us-east-1:000000000000:people',
      }),
    )
    await digestTopic(sns.client, sns.topicArn)({ subject: '[prod] 1 host down: web-01', text: 'DOWN\n' })
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url }))
    const { Subject, Message } = JSON.parse(message?.Body ?? '{}')
    expect(Subject).toBe('[prod] 1 host down: web-01')
    // AWS gives each protocol its own part; the server here gives all of them to everybody.
    const parts = JSON.parse(Message)
    expect(parts.default).toBe('DOWN\n')
    expect(JSON.parse(parts.https)).toEqual({
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: '[prod] 1 host down: web-01',
        description: '```\nDOWN\n```',
      },
    })
  } finally {
    sqs.destroy()
    await sns.stop()
  }
})
