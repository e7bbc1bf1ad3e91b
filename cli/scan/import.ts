import { createReadStream } from 'node:fs'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import { terminalOutput } from '../terminal/output.ts'
import { parseFlags, parseInstant } from '../terminal/parse-flags.ts'
import { openDatabase, openQueue } from './destination.ts'
import { importResults } from './import-results.ts'
import { runTool } from './run-tool.ts'

const USAGE = 'usage: npm run scan:import -- --host HOST FILE'
const HELP = `${USAGE}

Records OpenSCAP results as a scan of a host, and announces it. FILE is what oscap xccdf eval writes with
--results or --results-arf; - reads standard input.

  --host HOST            id, name or address of a host of the fleet
  --completed-at TIME    replaces the file's end time, such as 2026-03-01T10:00:00Z
  --scan-id UUID         by default made from host and file: the same file again is the same scan
  --queue-url URL        the queue to announce the scan to; by default that of the running product
  --help                 this text

  DATABASE_URL           the database to write to; by default that of the running product`

const OPTIONS = {
  host: { type: 'string' },
  'completed-at': { type: 'string' },
  'scan-id': { type: 'string' },
  'queue-url': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const output = terminalOutput(process)

async function main(): Promise<void> {
  const { values, positionals } = parseFlags({ options: OPTIONS, allowPositionals: true })
  if (values.help) return output.out(HELP)
  const [file, ...others] = positionals
  if (values.host === undefined || file === undefined || others.length > 0) {
    throw new UserError([`${USAGE} (--help lists the flags)`])
  }
  const scanId = values['scan-id']
  if (scanId !== undefined && !isUuid(scanId)) {
    throw new UserError([`--scan-id ${JSON.stringify(scanId)} is not a UUID`])
  }
  const completedAt = values['completed-at']
  const destination = () => ({
    env: process.env,
    queueUrl: values['queue-url'],
    stateFolder: stateFolder().folder,
  })
  await importResults(
    {
      openDatabase: () => openDatabase(destination()),
      openQueue: () => openQueue(destination()),
      now: () => new Date(),
      output,
    },
    {
      file: readBytes(file),
      host: values.host,
      scanId,
      completedAt: completedAt === undefined ? undefined : parseInstant('--completed-at', completedAt),
    },
  )
}

async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UserError([`${file} cannot be read: ${reason}`], { cause })
  }
}

process.exitCode = await runTool('scan:import', output, main)
