import { InvalidValueError, UserError } from '../../shared/domain/errors.ts'
import { ScanFileError } from '../../shared/scans/scan-file-error.ts'
import type { Output } from '../terminal/output.ts'
import { collapse } from '../terminal/report-error.ts'
import {
  type Import,
  type ImportDeps,
  type Imported,
  type ImportOutcome,
  readResults,
} from './import-results.ts'

/** One of several files to import. */
export type NamedImport = Import & { readonly path: string }

/** Imports one file; `note` takes what the user should know, and need not act upon. */
export type ImportOne = (file: NamedImport, note: (line: string) => void) => Promise<Imported>

const OUTCOMES: Readonly<Record<ImportOutcome, string>> = {
  recorded: 'recorded',
  already_recorded: 'recorded before',
  superseded: 'older than what is recorded',
}

/**
 * Imports several files, the scan that was complete first before the others, because no scan of a host is recorded
 * after a later one. So each file is read twice: first for its time, without keeping its results in memory. A file
 * that is refused does not stop the others. Reports each file in a line, and then how many there were.
 * @throws UserError if a file was refused, and any other error at once: it would meet every file.
 */
export async function importFiles(
  deps: Pick<ImportDeps, 'now'>,
  { out, err }: Pick<Output, 'out' | 'err'>,
  files: readonly NamedImport[],
  importOne: ImportOne,
): Promise<void> {
  let refused = 0
  const refuse = (path: string, error: unknown): void => {
    refused += 1
    err(`${path}: ${describeReason(error)}`)
  }
  err(`reading ${files.length} files`)
  const inOrder = await readTimes(deps, files, refuse)
  const counts = { recorded: 0, already_recorded: 0, superseded: 0 }
  for (const [i, file] of inOrder.entries()) {
    try {
      const { outcome, sentence } = await importOne(file, (line) => err(`${file.path}: ${line}`))
      counts[outcome] += 1
      out(`[${i + 1}/${inOrder.length}] ${file.path}: ${sentence}`)
    } catch (error) {
      refuse(file.path, error)
    }
  }
  const described = (['recorded', 'already_recorded', 'superseded'] as const)
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${OUTCOMES[outcome]}`)
  out(
    [`${files.length} files`, [...described, ...(refused > 0 ? [`${refused} refused`] : [])].join(', ')].join(
      ': ',
    ),
  )
  if (refused > 0) throw new UserError([`${refused} of ${files.length} files were refused`])
}

/** The files that can be read, in the order in which their scans were complete. */
async function readTimes(
  deps: Pick<ImportDeps, 'now'>,
  files: readonly NamedImport[],
  refuse: (path: string, error: unknown) => void,
): Promise<readonly NamedImport[]> {
  const timed: { readonly file: NamedImport; readonly completedAtMs: number }[] = []
  for (const file of files) {
    try {
      timed.push({ file, completedAtMs: (await readResults(deps.now(), file)).completedAt.getTime() })
    } catch (error) {
      refuse(file.path, error)
    }
  }
  return timed.sort((one, other) => one.completedAtMs - other.completedAtMs).map(({ file }) => file)
}

/** @throws the error where the file is not at fault. */
function describeReason(error: unknown): string {
  const isOfFile =
    error instanceof ScanFileError || error instanceof UserError || error instanceof InvalidValueError
  if (isOfFile) return collapse(error.message)
  throw error
}
