import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { createQueueWithDeadLetters } from '../../../../../infra/local/emulators/sqs/queues.ts'
import { localSqsClient, startSqs } from '../../../../../infra/local/emulators/sqs/server.ts'

const SETTINGS = { name: 'scans', visibilityTimeoutSeconds: 60, maxReceiveCount: 5 }

afterEach(() => {
  vi.unstubAllEnvs()
})

test('it listens on loopback, on a port of its own', async () => {
  const servers = await Promise.all([startSqs(), startSqs()])
  const endpoints = servers.map(({ endpoint }) => endpoint)
  await Promise.all(servers.map(({ stop }) => stop()))
  for (const endpoint of endpoints) expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(new Set(endpoints).size).toBe(2)
})

test("the SDK's own client finds it through AWS_ENDPOINT_URL_SQS, and its queues by their URL", async () => {
  const server = await startSqs()
  const local = localSqsClient(server.endpoint)
  const { queue } = await createQueueWithDeadLetters(local, server.endpoint, SETTINGS)
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', server.endpoint)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  const client = new SQSClient({})
  await client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'hello' }))
  const { Messages } = await local.send(new ReceiveMessageCommand({ QueueUrl: queue.url }))
  expect(Messages?.map(({ Body }) => Body)).toEqual(['hello'])
  client.destroy()
  local.destroy()
  await server.stop()
})

test('queues that are there already are found again, with their ARNs', async () => {
  const server = await startSqs()
  const client = localSqsClient(server.endpoint)
  const first = await createQueueWithDeadLetters(client, server.endpoint, SETTINGS)
  const second = await createQueueWithDeadLetters(client, server.endpoint, SETTINGS)
  expect(second).toEqual(first)
  expect(first.queue).toEqual({
    url: `${server.endpoint}/000000000000/scans`,
    arn: 'arn:aws:sqs:us-east-1:000000000000:scans',
  })
  expect(first.deadLetters.arn).toBe('arn:aws:sqs:us-east-1:000000000000:scans-dlq')
  client.destroy()
  await server.stop()
})
