import { createReadStream } from 'node:fs'
import type { parseArgs } from 'node:util'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import { terminalOutput } from '../terminal/output.ts'
import { parseFlags, parseInstant } from '../terminal/parse-flags.ts'
import { openConnections } from './destination.ts'
import { findFiles } from './find-files.ts'
import { type ImportOne, importFiles, type NamedImport } from './import-files.ts'
import { importResults } from './import-results.ts'
import { putResults } from './put-results.ts'
import { runTool } from './run-tool.ts'
import { openStageBucket } from './stage-bucket.ts'

const USAGE = 'usage: npm run scan:import -- [--host HOST] FILE…'
const HELP = `${USAGE}

Records scan results as scans of hosts of the fleet, and announces them. FILE
is a file, a folder or a pattern such as 'results/*.xml'; - reads standard
input. A file is XCCDF 1.2 or ARF (oscap xccdf eval --results or --results-arf),
InSpec JSON or HDF (inspec exec --reporter json, and what the SAF CLI converts
to HDF), or the project's own JSON (docs/scan-results.schema.json). Its content
shows which one. It may be compressed with gzip.

  --host HOST            id, name or address of the scanned host; by default it
                         is the host that the file's folder is named after, or
                         the one that fits the names and addresses in the file
  --completed-at TIME    replaces the file's end time, such as
                         2026-03-01T10:00:00Z
  --scan-id UUID         by default derived from host and content: the same
                         file again is the same scan
  --queue-url URL        the queue to announce the scan to; by default that of
                         the running product
  --stage STAGE          puts the files into the bucket of this stage in AWS
                         instead, or of the running product (local), and waits
                         until they are recorded and judged
  --no-wait              with --stage: does not wait
  --help                 this text

  DATABASE_URL           the database to write to; by default that of the
                         running product

Exit codes: 0 all files are recorded, now or before
            1 something failed
            2 a file or a flag was refused
Of several files, a scan that is older than the newest one of its host is
counted, and is no error.`

const OPTIONS = {
  host: { type: 'string' },
  'completed-at': { type: 'string' },
  'scan-id': { type: 'string' },
  'queue-url': { type: 'string' },
  stage: { type: 'string' },
  'no-wait': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

const output = terminalOutput(process)

async function main(): Promise<void> {
  const { values, positionals } = parseFlags({ options: OPTIONS, allowPositionals: true })
  if (values.help) return output.out(HELP)
  if (positionals.length === 0) throw new UserError([`${USAGE} (--help lists the flags)`])
  const scanId = values['scan-id']
  if (scanId !== undefined && !isUuid(scanId)) {
    throw new UserError([`--scan-id ${JSON.stringify(scanId)} is not a UUID`])
  }
  const completedAt = values['completed-at']
  const given = {
    host: values.host,
    scanId,
    completedAt: completedAt === undefined ? undefined : parseInstant('--completed-at', completedAt),
  }
  const files = findFiles(positionals).map((file) => ({
    ...file,
    ...given,
    open: () => readBytes(file.path),
  }))
  if (values.stage !== undefined) return putAll(values, files)
  if (values['no-wait']) throw new UserError(['--no-wait belongs to --stage'])
  const { close, ...connections } = openConnections({
    env: process.env,
    queueUrl: values['queue-url'],
    stateFolder: stateFolder().folder,
  })
  const deps = { ...connections, now: () => new Date() }
  try {
    await importAll(files, (file, note) => importResults({ ...deps, note }, file))
  } finally {
    await close()
  }
}

/** Puts the files into the bucket of a stage, instead of writing into its database. */
async function putAll(values: Values, files: readonly NamedImport[]): Promise<void> {
  if (['scan-id', 'completed-at', 'queue-url'].some((flag) => flag in values)) {
    throw new UserError(['--scan-id, --completed-at and --queue-url do not go with --stage'])
  }
  const isWaiting = values['no-wait'] !== true
  const { close, ...bucket } = await openStageBucket(values.stage ?? '', {
    env: process.env,
    stateFolder: stateFolder().folder,
  })
  try {
    await importAll(files, (file) => putResults({ ...bucket, isWaiting, now: () => new Date() }, file))
  } finally {
    await close()
  }
}

async function importAll(files: readonly NamedImport[], importOne: ImportOne): Promise<void> {
  const [file, ...others] = files
  if (file === undefined) return
  if (others.length > 0) {
    if (file.scanId !== undefined || file.completedAt !== undefined) {
      throw new UserError(['--scan-id and --completed-at belong to one scan: give one file'])
    }
    return importFiles({ now: () => new Date() }, output, files, importOne)
  }
  const { outcome, sentence } = await importOne(file, output.err)
  if (outcome === 'superseded') throw new UserError([sentence])
  output.out(sentence)
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
