import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { PublishedEvent } from '../../../shared/contracts/bus-event.ts'
import { freshClone } from '../../support/clone.ts'

/** Six seconds is what is promised; a machine that runs other tests too gets some more. */
const CLEAN_STOP_MS = 9000
const SEEN_WITHIN_MS = 40_000

/** A receiver that answers each request as it is told at that time. */
async function startReceiver() {
  const received: unknown[] = []
  const answer = { with: (response: ServerResponse): unknown => response.writeHead(204).end() }
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      received.push(JSON.parse(text))
      answer.with(response)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    url: `http://127.0.0.1:${port}/events`,
    received,
    answer,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

it('npm start --webhook posts what EventBridge delivers, says in one line that the receiver fails, and ends in time while it hangs', async () => {
  await using receiver = await startReceiver()
  using clone = freshClone()
  const run = clone.start(['--speed', '60', '--webhook', receiver.url])
  onTestFinished(run.kill)

  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(10), SEEN_WITHIN_MS)
  for (const event of receiver.received) {
    PublishedEvent.parse(event)
    // The fields that EventBridge gives every event (user guide, "Events in Amazon EventBridge").
    expect(Object.keys(Object(event)).toSorted()).toEqual(
      [
        'account',
        'detail',
        'detail-type',
        'id',
        'region',
        'resources',
        'source',
        'time',
        'version',
      ].toSorted(),
    )
  }

  receiver.answer.with = (response) => response.writeHead(503).end()
  const noticed = new RegExp(`webhook ${receiver.url}: it answers 503; events are posted again`, 'g')
  await vi.waitFor(() => expect(run.output.stdout).toMatch(noticed), SEEN_WITHIN_MS)
  const refused = receiver.received.length
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(refused + 1), SEEN_WITHIN_MS)
  expect(run.output.stdout.match(noticed)).toHaveLength(1)

  receiver.answer.with = () => {}
  const hanging = receiver.received.length
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(hanging), SEEN_WITHIN_MS)
  run.pressCtrlC()
  const startedMs = performance.now()
  expect(await run.ended, run.output.stderr).toBe(0)
  expect(performance.now() - startedMs).toBeLessThan(CLEAN_STOP_MS)
  expect(clone.processes()).toEqual([])
})
