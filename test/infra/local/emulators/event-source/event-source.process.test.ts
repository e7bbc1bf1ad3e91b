import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { failedMessageIds } from '../../../../../infra/local/emulators/event-source/batch-response.ts'
import {
  type EventSourceOptions,
  startEventSource,
} from '../../../../../infra/local/emulators/event-source/event-source.ts'
import { createQueueWithDeadLetters, type Queue } from '../../../../../infra/local/emulators/sqs/queues.ts'
import { type Sqs, startSqsWithClient } from '../../../../support/servers/sqs.ts'

let sqs: Sqs
beforeAll(async () => {
  sqs = await startSqsWithClient()
})
afterAll(() => sqs[Symbol.asyncDispose]())

const send = (queue: Queue, body: string, attributes?: Record<string, MessageAttributeValue>) =>
  sqs.client.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: body,
      ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
    }),
  )

async function sendMany(queue: Queue, bodies: readonly string[]): Promise<void> {
  for (let at = 0; at < bodies.length; at += 10) {
    const entries = bodies.slice(at, at + 10).map((body, i) => ({ Id: String(i), MessageBody: body }))
    await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: entries }))
  }
}

/** Messages that are in the queue, seen or not. */
async function left(queue: Queue): Promise<number> {
  const { Attributes } = await sqs.client.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
  )
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  )
}

/** An event source whose function notes what it gets and answers with `answer`. */
function consume(
  queue: Queue,
  answer: (event: SQSEvent) => unknown,
  options: Partial<EventSourceOptions> = {},
) {
  const events: SQSEvent[] = []
  const faults: string[] = []
  const source = startEventSource({
    client: sqs.client,
    queue,
    invoke: async (event) => {
      events.push(event)
      return answer(event)
    },
    onFault: (message) => faults.push(message),
    ...options,
  })
  const records = (): SQSRecord[] => events.flatMap(({ Records }) => Records)
  return { events, faults, records, [Symbol.asyncDispose]: source.stop, stop: source.stop }
}

const WAIT = { timeout: 20_000 }

describe('what a function gets', () => {
  test('a record that a function gets has the shape that Lambda gives it', async () => {
    const { queue } = await sqs.createQueue()
    await send(queue, '{"event":"scan.completed"}', {
      reason: { DataType: 'String', StringValue: 'because' },
      raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 3) },
    })
    await using consumer = consume(queue, () => undefined)
    await vi.waitFor(() => expect(consumer.records()).toHaveLength(1), WAIT)
    const millis = expect.stringMatching(/^\d{13}$/)
    expect(consumer.records()[0]).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: '{"event":"scan.completed"}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: millis,
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: millis,
      },
      messageAttributes: {
        reason: { stringValue: 'because', stringListValues: [], binaryListValues: [], dataType: 'String' },
        raw: { binaryValue: 'AQID', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
      },
      md5OfBody: createHash('md5').update('{"event":"scan.completed"}').digest('hex'),
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: 'us-east-1',
    })
  })

  test('a function gets every message once, in batches no larger than allowed, and then the queue is empty', async () => {
    const { queue } = await sqs.createQueue()
    const bodies = Array.from({ length: 25 }, (_, i) => `message ${i}`)
    await sendMany(queue, bodies)
    await using consumer = consume(queue, () => ({ batchItemFailures: [] }), { batchSize: 7 })
    await vi.waitFor(async () => expect(await left(queue)).toBe(0), WAIT)
    expect(new Set(consumer.records().map(({ body }) => body))).toEqual(new Set(bodies))
    expect(consumer.records()).toHaveLength(25)
    expect(Math.max(...consumer.events.map(({ Records }) => Records.length))).toBe(7)
  })

  test('a batch larger than one call gives is gathered within its window', async () => {
    const { queue } = await sqs.createQueue()
    await sendMany(
      queue,
      Array.from({ length: 25 }, (_, i) => `message ${i}`),
    )
    const options = { batchSize: 25, batchingWindowMs: 10_000, concurrency: 1 }
    await using consumer = consume(queue, () => undefined, options)
    await vi.waitFor(async () => expect(await left(queue)).toBe(0), WAIT)
    expect(consumer.events.map(({ Records }) => Records.length)).toEqual([25])
  })
})

describe('what a function answers', () => {
  test('only the messages that a function names as failed come again, and their receives are counted', async () => {
    const { queue } = await sqs.createQueue({ visibilityTimeoutSeconds: 1 })
    await sendMany(queue, ['good 1', 'bad', 'good 2'])
    await using consumer = consume(queue, ({ Records }) => ({
      batchItemFailures: Records.filter(
        ({ body, attributes }) => body === 'bad' && attributes.ApproximateReceiveCount === '1',
      ).map(({ messageId }) => ({ itemIdentifier: messageId })),
    }))
    await vi.waitFor(async () => expect(await left(queue)).toBe(0), WAIT)
    const seen = consumer
      .records()
      .map(({ body, attributes }) => `${body}: ${attributes.ApproximateReceiveCount}`)
    expect(seen.sort()).toEqual(['bad: 1', 'bad: 2', 'good 1: 1', 'good 2: 1'])
  })

  test('a message that fails each time moves to the dead-letter queue after its last receive', async () => {
    const { queue, deadLetters } = await sqs.createQueue({ visibilityTimeoutSeconds: 1, maxReceiveCount: 2 })
    await send(queue, 'hopeless', { trace: { DataType: 'String', StringValue: 'kept' } })
    await using consumer = consume(queue, ({ Records }) => ({
      batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
    }))
    await vi.waitFor(async () => expect(await left(deadLetters)).toBe(1), WAIT)
    expect(consumer.records().map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(['1', '2'])
    expect(await left(queue)).toBe(0)
    const { Messages } = await sqs.client.send(
      new ReceiveMessageCommand({ QueueUrl: deadLetters.url, MessageAttributeNames: ['All'] }),
    )
    expect(Messages?.[0]).toMatchObject({
      Body: 'hopeless',
      MessageAttributes: { trace: { DataType: 'String', StringValue: 'kept' } },
    })
  })

  test('when a function throws, the whole batch comes again and the fault is told', async () => {
    const { queue } = await sqs.createQueue({ visibilityTimeoutSeconds: 1 })
    await sendMany(queue, ['a', 'b'])
    let calls = 0
    await using consumer = consume(
      queue,
      () => {
        calls += 1
        if (calls === 1) throw new Error('database lost')
      },
      { concurrency: 1 },
    )
    await vi.waitFor(async () => expect(await left(queue)).toBe(0), WAIT)
    const bodies = consumer.records().map(({ body }) => body)
    expect(bodies.toSorted()).toEqual(['a', 'a', 'b', 'b'])
    expect(consumer.faults).toEqual(['an invocation with 2 messages failed'])
  })

  test('when a function does not answer in time, the batch has failed', async () => {
    const { queue } = await sqs.createQueue({ visibilityTimeoutSeconds: 1 })
    await send(queue, 'slow')
    let calls = 0
    const never = new Promise<void>(() => {})
    await using consumer = consume(
      queue,
      () => {
        calls += 1
        return calls === 1 ? never : undefined
      },
      { functionTimeoutMs: 100 },
    )
    await vi.waitFor(async () => expect(await left(queue)).toBe(0), WAIT)
    expect(consumer.faults).toEqual(['an invocation with 1 messages failed'])
  })

  const both = new Set(['a', 'b'])
  test.each([
    ['nothing', undefined, []],
    ['null', null, []],
    ['an empty object', {}, []],
    ['no failures', { batchItemFailures: [] }, []],
    ['null failures', { batchItemFailures: null }, []],
    ['one failure', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
    ['an empty id', { batchItemFailures: [{ itemIdentifier: '' }] }, ['a', 'b']],
    ['a null id', { batchItemFailures: [{ itemIdentifier: null }] }, ['a', 'b']],
    ['a wrong key', { batchItemFailures: [{ id: 'a' }] }, ['a', 'b']],
    ['a message of another batch', { batchItemFailures: [{ itemIdentifier: 'c' }] }, ['a', 'b']],
    ['text', 'done', ['a', 'b']],
  ])('an answer of a function with %s leaves the right messages', (_, response, failed) => {
    expect([...failedMessageIds(response, both)]).toEqual(failed)
  })
})

describe('how it runs', () => {
  test('the event source has never more invocations at the same time than allowed', async () => {
    const { queue } = await sqs.createQueue()
    await sendMany(
      queue,
      Array.from({ length: 12 }, (_, i) => `message ${i}`),
    )
    let underWay = 0
    let most = 0
    const allBusy = Promise.withResolvers<void>()
    const busy = async () => {
      underWay += 1
      most = Math.max(most, underWay)
      if (underWay === 3) allBusy.resolve()
      await allBusy.promise
      await delay(20)
      underWay -= 1
    }
    await using _consumer = consume(queue, busy, { batchSize: 1, concurrency: 3 })
    await vi.waitFor(async () => expect(await left(queue)).toBe(0), WAIT)
    expect(most).toBe(3)
  })

  test('stopping the event source waits for the invocation under way, deletes its messages and takes no more', async () => {
    const { queue } = await sqs.createQueue()
    await send(queue, 'first')
    const finish = Promise.withResolvers<void>()
    const consumer = consume(queue, () => finish.promise, { concurrency: 1 })
    await vi.waitFor(() => expect(consumer.events).toHaveLength(1), WAIT)
    const stopped = consumer.stop()
    await send(queue, 'second')
    finish.resolve()
    await stopped
    expect(consumer.records().map(({ body }) => body)).toEqual(['first'])
    expect(await left(queue)).toBe(1)
  })

  test('a queue that cannot be read is tried again until it can', async () => {
    const name = 'late'
    const url = `${sqs.endpoint}/000000000000/${name}`
    await using consumer = consume(
      { url, arn: `arn:aws:sqs:us-east-1:000000000000:${name}` },
      () => undefined,
    )
    await vi.waitFor(() => expect(consumer.faults[0]).toBe('the queue cannot be read: trying again'), WAIT)
    const settings = { name, visibilityTimeoutSeconds: 60, maxReceiveCount: 5 }
    const { queue } = await createQueueWithDeadLetters(sqs.client, sqs.endpoint, settings)
    await send(queue, 'at last')
    await vi.waitFor(() => expect(consumer.records().map(({ body }) => body)).toEqual(['at last']), WAIT)
  })

  test('a batch size out of range is refused', async () => {
    const { queue } = await sqs.createQueue()
    for (const batchSize of [0, 101, Number.NaN]) {
      expect(() => consume(queue, () => undefined, { batchSize })).toThrow(RangeError)
    }
  })
})
