import { UserError } from '../../shared/domain/errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import type { Output } from './output.ts'

/** What AWS, a function or the database refused or failed at, in one line. */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError'
}

/** What was typed is no host, or more than one. */
export class HostNotResolvedError extends UserError {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode) {
    super([message])
    this.exitCode = exitCode
  }
}

/**
 * Says why a command could not do its work, a line each, and returns the exit code: what its user can put
 * right is bad input, everything else is a failure.
 */
export function reportError(error: unknown, { err }: Pick<Output, 'err'>): ExitCode {
  if (error instanceof UserError) {
    error.lines.forEach(err)
    return error instanceof HostNotResolvedError ? error.exitCode : EXIT.badInput
  }
  err(error instanceof RefusedError ? error.message : `something went wrong: ${describeError(error)}`)
  return EXIT.failed
}

/** An error in one line, with its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // An aggregate of connection attempts has no message of its own.
  const code = 'code' in error ? String(error.code) : error.name
  const message = collapse(error.message || code)
  return error.cause instanceof Error ? `${message} (${describeError(error.cause)})` : message
}

/** A text in one line. */
export const collapse = (text: string): string => text.replace(/\s+/g, ' ').trim()
