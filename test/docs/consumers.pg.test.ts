import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { expect, it, vi } from 'vitest'
import { createDriftHandler } from '../../functions/drift/handler.ts'
import type { DeliveredEvent } from '../../infra/local/emulators/event-bus/put-events.ts'
import { freePort } from '../../infra/local/postgres/server.ts'
import { startWebhook } from '../../infra/local/webhook.ts'
import { PublishedEvent } from '../../shared/contracts/bus-event.ts'
import { bodyOf, driftEnvironment, sqsEvent } from '../support/functions/drift.ts'
import { lambdaContext } from '../support/functions/probe.ts'
import { publishFunction } from '../support/functions/publish.ts'
import { addHosts } from '../support/hosts.ts'
import { idsOf, writeChanges } from '../support/published-events.ts'
import { ruleSet, scanned } from '../support/recorded-scans.ts'
import { ROOT } from '../support/repository.ts'
import { startSqsWithClient } from '../support/servers/sqs.ts'

const page = readFileSync(join(ROOT, 'docs/contracts.md'), 'utf8')

const programIn = (language: string, mark: string): string => {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))]
  return blocks.map(([, code = '']) => code).find((code) => code.includes(mark)) ?? ''
}

/**
 * What the bus delivers of two hosts that went down, of one that came back and of a scan that found major drift. Answers
 * of the bus are lost, so some events come twice.
 */
async function realEvents(): Promise<DeliveredEvent[]> {
  await using publish = await publishFunction()
  const hosts = await addHosts(publish.db.sql, 2)
  await writeChanges(publish.db, hosts, 'unreachable')
  await writeChanges(publish.db, hosts.slice(0, 1), 'reachable')
  const [, scannedHost = ''] = hosts
  await scanned(publish.db.sql, scannedHost, 1, ruleSet({ pass: 20 }))
  const scan = await scanned(publish.db.sql, scannedHost, 2, ruleSet({ fail: 20 }))
  await using drift = driftEnvironment(publish.db, async () => {})
  await createDriftHandler(drift)(sqsEvent(bodyOf(scan)), lambdaContext())
  publish.local.faults.next('drop_answer', 2)
  await publish.run()
  return publish.delivered
}

/** A folder with the program in it, as a reader of the page has it. */
function folderWith(name: string, code: string) {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-consumer-'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, name), code)
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

function startProgram(folder: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { cwd: folder, env: { PATH: process.env.PATH, ...env } })
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text
    })
  }
  return {
    output,
    [Symbol.asyncDispose]: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : null
      child.kill('SIGKILL')
      await ended
    },
  }
}

const HANDLED = [
  'compliance.drift.detected: host-2',
  'host.connectivity.checked: host-1 reachable',
  'host.connectivity.checked: host-1 unreachable',
  'host.connectivity.checked: host-2 unreachable',
]

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(': host-'))
    .toSorted()

it('the events that the consumers of docs/contracts.md are fed with keep to the contract, and some of them come twice', async () => {
  const events = await realEvents()
  for (const event of events) PublishedEvent.parse(event)
  expect(new Set(idsOf(events)).size).toBe(HANDLED.length)
  expect(events.length).toBeGreaterThan(HANDLED.length)
})

it('the Python consumer of docs/contracts.md handles each event of the webhook once, also after a restart', async (context) => {
  if (spawnSync('python3', ['-c', 'import sqlite3']).status !== 0) context.skip('this machine has no python3')
  using place = folderWith('receiver.py', programIn('python', 'HTTPServer'))
  const events = await realEvents()
  const port = await freePort()
  const faults: string[] = []
  const deliverAll = async (): Promise<string> => {
    await using program = startProgram(place.folder, 'python3', ['receiver.py', String(port)])
    const url = `http://127.0.0.1:${port}/`
    const webhook = startWebhook({ url, onFault: (sentence) => faults.push(sentence), firstPauseMs: 100 })
    const last = {
      ...events[0],
      detail: { ...events[0]?.detail, id: crypto.randomUUID(), new_status: 'last' },
    }
    for (const event of [...events, last as DeliveredEvent]) webhook.deliver(event)
    await vi.waitFor(() => expect(program.output.text).toMatch(/ last\n/), 20_000)
    await webhook.stop()
    return program.output.text
  }
  expect(linesOf(await deliverAll()).filter((line) => !line.endsWith(' last'))).toEqual(HANDLED)
  expect(linesOf(await deliverAll()).filter((line) => !line.endsWith(' last'))).toEqual([])
  expect(faults.filter((sentence) => sentence.includes('given up'))).toEqual([])
})

it('the TypeScript consumer of docs/contracts.md handles each event of its queue once, and empties the queue', async () => {
  using place = folderWith('reader.ts', programIn('ts', 'ReceiveMessageCommand'))
  await using sqs = await startSqsWithClient()
  const { queue } = await sqs.createQueue()
  const events = await realEvents()
  // As a rule does whose target is the queue.
  for (const event of events) {
    await sqs.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify(event) }))
  }
  await using program = startProgram(place.folder, process.execPath, ['reader.ts', queue.url], {
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  })
  await vi.waitFor(() => expect(linesOf(program.output.text)).toHaveLength(HANDLED.length), 20_000)
  const attributes = new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] })
  await vi.waitFor(async () => {
    expect((await sqs.client.send(attributes)).Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    })
  }, 20_000)
  expect(linesOf(program.output.text), program.output.text).toEqual(HANDLED)
})
