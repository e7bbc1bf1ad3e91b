import { UserError } from '../../shared/domain/errors.ts'
import { XccdfError } from '../../shared/scans/xccdf/rejection.ts'

const EXIT_FAULT = 1
const EXIT_BAD_INPUT = 2

export type Output = { readonly out: (line: string) => void; readonly err: (line: string) => void }

/**
 * Runs a tool's main and returns its exit code: 0; 2 for what its user can put right, in one line; 1 for a
 * fault, in one line with its cause.
 */
export async function runTool(name: string, { err }: Output, main: () => Promise<void>): Promise<number> {
  try {
    await main()
    return 0
  } catch (error) {
    const isUsers = error instanceof UserError || error instanceof XccdfError || isArgumentError(error)
    err(`${name}: ${oneLine(error)}`)
    return isUsers ? EXIT_BAD_INPUT : EXIT_FAULT
  }
}

const isArgumentError = (error: unknown): boolean =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')

/** An aggregate of connection attempts has no message of its own. */
function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : error.name
  const message = (error.message || code).replace(/\s+/g, ' ').trim()
  return error.cause instanceof Error && !(error instanceof XccdfError)
    ? `${message} (${oneLine(error.cause)})`
    : message
}

/** The terminal. */
export const STANDARD_OUTPUT: Output = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
}
