import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import { openDatabase, openQueue } from './destination.ts'
import { importResults } from './import-results.ts'
import { parseInstant } from './instant.ts'
import { runTool, STANDARD_OUTPUT } from './run-tool.ts'

const HELP = `Records OpenSCAP results as a scan of a host, and announces it.

  npm run scan:import -- --host web-1 results.xml

The file is what oscap xccdf eval writes with --results or --results-arf; - reads standard input.

  --host HOST            id, name or address of a host of the fleet
  --completed-at TIME    instead of the file's end time, such as 2026-03-01T10:00:00Z
  --scan-id UUID         made from host and file by default: the same file again is the same scan
  --queue-url URL        the queue to announce it to; by default that of the running product
  --help                 this text

  DATABASE_URL           the database to write to; by default that of the running product
`

const OPTIONS = {
  host: { type: 'string' },
  'completed-at': { type: 'string' },
  'scan-id': { type: 'string' },
  'queue-url': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  if (values.help) return STANDARD_OUTPUT.out(HELP.trimEnd())
  const [file, ...others] = positionals
  if (values.host === undefined || file === undefined || others.length > 0) {
    throw new UserError(['wanted are --host HOST and one results file (--help shows how)'])
  }
  const scanId = values['scan-id']
  if (scanId !== undefined && !isUuid(scanId)) {
    throw new UserError([`--scan-id ${JSON.stringify(scanId)} is not a UUID`])
  }
  const completedAt = values['completed-at']
  const whereabouts = () => ({
    env: process.env,
    queueUrl: values['queue-url'],
    stateFolder: stateFolder().folder,
  })
  await importResults(
    {
      openDatabase: () => openDatabase(whereabouts()),
      openQueue: () => openQueue(whereabouts()),
      now: () => new Date(),
      output: STANDARD_OUTPUT,
    },
    {
      file: bytesOf(file),
      host: values.host,
      scanId,
      completedAt: completedAt === undefined ? undefined : parseInstant('--completed-at', completedAt),
    },
  )
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UserError([`${file} cannot be read: ${reason}`])
  }
}

process.exitCode = await runTool('scan:import', STANDARD_OUTPUT, main)
