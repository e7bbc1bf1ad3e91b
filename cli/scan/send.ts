import type { parseArgs } from 'node:util'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import { terminalOutput } from '../terminal/output.ts'
import { parseFlags, parseInstant } from '../terminal/parse-flags.ts'
import { openDatabase, openQueue, type Queue } from './destination.ts'
import { runTool } from './run-tool.ts'
import { sendAnnouncement, sendBody } from './send-message.ts'

const USAGE = 'usage: npm run scan:send -- (--host HOST | --body TEXT)'
const HELP = `${USAGE}

Sends one message to the queue of finished scans, as a scanner does.

  npm run scan:send -- --host web-1
                         announces the newest scan of web-1 once more
  npm run scan:send -- --host UUID --scan-id UUID
                         announces any scan, also one that is not there
  npm run scan:send -- --body '{"event": 1'
                         sends any body, also one that is wrong

  --host HOST            id, name or address of a host of the fleet
  --scan-id UUID         the scan; by default the newest that is recorded
  --completed-at TIME    when it completed, such as 2026-03-01T10:00:00Z
  --body TEXT            the whole message, as it is
  --queue-url URL        the queue; by default that of the running product
  --help                 this text

  DATABASE_URL           where hosts are looked up; by default the database of
                         the running product`

const OPTIONS = {
  host: { type: 'string' },
  'scan-id': { type: 'string' },
  'completed-at': { type: 'string' },
  body: { type: 'string' },
  'queue-url': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

const output = terminalOutput(process)

async function main(): Promise<void> {
  const { values } = parseFlags({ options: OPTIONS })
  if (values.help) return output.out(HELP)
  const send = chooseSender(values)
  const queue = openQueue({
    env: process.env,
    queueUrl: values['queue-url'],
    stateFolder: stateFolder().folder,
  })
  try {
    output.out(`sent to ${queue.url}: ${await send(queue)}`)
  } finally {
    queue.client.destroy()
  }
}

/** Chooses what to send by the flags; a fault in them is found before anything is opened. */
function chooseSender(values: Values): (queue: Queue) => Promise<string> {
  const { host, body, 'scan-id': scanId, 'completed-at': completedAt } = values
  if (body !== undefined) {
    if (host !== undefined || scanId !== undefined || completedAt !== undefined) {
      throw new UserError(['--body is the whole message: it goes with no flag but --queue-url'])
    }
    return async (queue) => {
      await sendBody(queue, body)
      return `${Buffer.byteLength(body)} bytes as they are`
    }
  }
  if (host === undefined) throw new UserError([`${USAGE} (--help lists the flags)`])
  if (scanId !== undefined && !isUuid(scanId)) {
    throw new UserError([`--scan-id ${JSON.stringify(scanId)} is not a UUID (--body sends anything)`])
  }
  const at = completedAt === undefined ? undefined : parseInstant('--completed-at', completedAt)
  const database = () => openDatabase({ env: process.env, stateFolder: stateFolder().folder })
  return async (queue) => {
    const wanted = { host, scanId, completedAt: at }
    const scan = await sendAnnouncement(queue, database, new Date(), wanted)
    return `host ${scan.hostId}, scan ${scan.scanId}, completed at ${scan.completedAt.toISOString()}`
  }
}

process.exitCode = await runTool('scan:send', output, main)
