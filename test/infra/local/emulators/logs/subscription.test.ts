import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { expect, it, vi } from 'vitest'
import { type LogsEvent, subscribeToLines } from '../../../../../infra/local/emulators/logs/subscription.ts'
import { EVENT_LINES } from '../../../../../shared/domain/event-lines.ts'
import { FUNCTIONS } from '../../../../../shared/domain/functions.ts'
import { ROOT } from '../../../../support/repository.ts'

function subscribed() {
  const written: string[] = []
  const events: LogsEvent[] = []
  const output = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  const log = subscribeToLines(
    output,
    [{ service: 'awareness-probe', messages: ['host changed'] }],
    (event) => events.push(event),
  )
  return { log, written, events }
}

const contentOf = ({ awslogs }: LogsEvent): { logEvents: { message: string }[] } =>
  JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString())

it('lines that are asked for are handed over as CloudWatch Logs does, several in one event', async () => {
  const { log, written, events } = subscribed()
  const line = JSON.stringify({ service: 'awareness-probe', message: 'host changed', hostId: 'a' })
  for (const text of [line, '{"service":"awareness-drift","message":"host changed"}', '{', 'plain', line]) {
    log.write(`${text}\n`)
  }
  await vi.waitFor(() => expect(events).toHaveLength(1))
  expect(events.map(contentOf)).toMatchObject([
    { messageType: 'DATA_MESSAGE', logEvents: [{ message: line }, { message: line }] },
  ])
  expect(written.join('')).toBe(
    `${line}\n{"service":"awareness-drift","message":"host changed"}\n{\nplain\n${line}\n`,
  )
})

it('each line that starts publishing is one that its function logs', () => {
  for (const [name, lines] of Object.entries(EVENT_LINES)) {
    const { folder } = FUNCTIONS[name as keyof typeof EVENT_LINES]
    const report = readFileSync(join(ROOT, `functions/${folder}/report.ts`), 'utf8')
    for (const line of lines) expect(report).toContain(`('${line}', `)
  }
})
