import { InvalidValueError } from '../../shared/domain/errors.ts'
import { ScanFileError } from '../../shared/scans/scan-file-error.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { collapse, HostNotResolvedError, reportError } from '../terminal/report-error.ts'

/**
 * Runs a tool's main and returns its exit code: 0; 2 for what its user can put right, in one line; 1 for a
 * failure, in one line with its cause.
 */
export async function runTool(
  name: string,
  { err }: Pick<Output, 'err'>,
  main: () => Promise<void>,
): Promise<ExitCode> {
  const output = { err: (line: string) => err(`${name}: ${line}`) }
  try {
    await main()
    return EXIT.done
  } catch (error) {
    if (error instanceof ScanFileError || error instanceof InvalidValueError) {
      output.err(collapse(error.message))
      return EXIT.badInput
    }
    const exitCode = reportError(error, output)
    return error instanceof HostNotResolvedError ? EXIT.badInput : exitCode
  }
}
