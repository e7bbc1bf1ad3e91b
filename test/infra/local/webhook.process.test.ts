import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, it, vi } from 'vitest'
import type { DeliveredEvent } from '../../../infra/local/emulators/event-bus/put-events.ts'
import { startWebhook } from '../../../infra/local/webhook.ts'

const eventOf = (n: number): DeliveredEvent => ({
  version: '0',
  id: `event-${n}`,
  'detail-type': 'host.connectivity.checked',
  source: 'fleet-awareness',
  account: '000000000000',
  time: '2026-03-01T04:05:06Z',
  region: 'us-east-1',
  resources: [],
  detail: { id: `audit-${n}` },
})

/** Answers with each of these statuses in turn, and then with 204; `null` is no answer at all. */
async function receiver(answers: (number | null)[] = []) {
  const received: { body: unknown; status: number | null }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const status = answers.length > 0 ? (answers.shift() ?? null) : 204
      received.push({ body: JSON.parse(text), status })
      if (status === null) request.socket.destroy()
      else response.writeHead(status).end('x')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

it('posts each event as EventBridge delivers it, in order', async () => {
  await using target = await receiver()
  const faults: string[] = []
  const webhook = startWebhook({ url: target.url, onFault: (sentence) => faults.push(sentence) })
  for (let n = 0; n < 20; n++) webhook.deliver(eventOf(n))
  await webhook.stop()
  expect(target.received.map(({ body }) => body)).toEqual(Array.from({ length: 20 }, (_, n) => eventOf(n)))
  expect(faults).toEqual([])
})

it('posts again after a pause where the receiver is away or fails, and says so in one line', async () => {
  await using target = await receiver([500, null, 429])
  const faults: string[] = []
  const onFault = (sentence: string) => void faults.push(sentence)
  const webhook = startWebhook({ url: target.url, onFault, firstPauseMs: 5 })
  webhook.deliver(eventOf(1))
  webhook.deliver(eventOf(2))
  await vi.waitFor(() => expect(target.received).toHaveLength(5), 5000)
  await webhook.stop()
  expect(target.received.map(({ status }) => status)).toEqual([500, null, 429, 204, 204])
  expect(target.received.slice(0, 4).map(({ body }) => body)).toEqual(Array(4).fill(eventOf(1)))
  expect(faults).toEqual([`webhook ${target.url}: it answers 500; events are posted again`])
})

it('gives up an event that is refused, says which, and goes on with the next', async () => {
  await using target = await receiver([400])
  const faults: string[] = []
  const webhook = startWebhook({ url: target.url, onFault: (sentence) => faults.push(sentence) })
  webhook.deliver(eventOf(1))
  webhook.deliver(eventOf(2))
  await webhook.stop()
  expect(target.received.map(({ status }) => status)).toEqual([400, 204])
  expect(faults).toEqual([`webhook ${target.url}: event event-1 is given up: it answers 400`])
})

it('blocks nothing: a receiver that is not there does not hold up the end', async () => {
  const faults: string[] = []
  const { url, [Symbol.asyncDispose]: close } = await receiver()
  await close()
  const webhook = startWebhook({ url, onFault: (sentence) => faults.push(sentence), firstPauseMs: 60_000 })
  for (let n = 0; n < 20_000; n++) webhook.deliver(eventOf(n))
  await vi.waitFor(() => expect(faults).toEqual([`webhook ${url}: ECONNREFUSED; events are posted again`]))
  const startedMs = performance.now()
  await webhook.stop()
  expect(performance.now() - startedMs).toBeLessThan(1000)
})
