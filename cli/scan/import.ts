import { createReadStream } from 'node:fs'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import { terminalOutput } from '../terminal/output.ts'
import { parseFlags, parseInstant } from '../terminal/parse-flags.ts'
import { openConnections } from './destination.ts'
import { findFiles } from './find-files.ts'
import { importFiles, type NamedImport } from './import-files.ts'
import { type ImportDeps, importResults } from './import-results.ts'
import { runTool } from './run-tool.ts'

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
  help: { type: 'boolean', short: 'h' },
} as const

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
  const { close, ...connections } = openConnections({
    env: process.env,
    queueUrl: values['queue-url'],
    stateFolder: stateFolder().folder,
  })
  try {
    await importAll({ ...connections, now: () => new Date(), note: output.err }, files)
  } finally {
    await close()
  }
}

async function importAll(deps: ImportDeps, files: readonly NamedImport[]): Promise<void> {
  const [file, ...others] = files
  if (file === undefined) return
  if (others.length > 0) {
    if (file.scanId !== undefined || file.completedAt !== undefined) {
      throw new UserError(['--scan-id and --completed-at belong to one scan: give one file'])
    }
    return importFiles(deps, output, files)
  }
  const { outcome, sentence } = await importResults(deps, file)
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
