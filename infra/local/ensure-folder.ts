import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { UserError } from '../../shared/domain/errors.ts'

/**
 * Creates a folder for state if it is absent, and returns its path.
 * @throws UserError where a file is in its place, or where this account may not create it or write to it
 */
export function ensureFolder(folder: string, mode: number): string {
  try {
    mkdirSync(folder, { recursive: true, mode })
  } catch (cause) {
    throw explainFailure(cause, folder)
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    const owner = nameOfAccount(statSync(folder).uid)
    const line = `${folder} belongs to ${owner}, and this account may not write to it: start as ${owner}, or move it away`
    throw new UserError([line], { cause })
  }
  return folder
}

function explainFailure(cause: unknown, folder: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : ''
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new UserError([`${folder} is a file, and the state is kept there: move it away`], { cause })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new UserError([`${folder}, where the state is kept, cannot be created: ${code}`], { cause })
  }
  return cause
}

/** The name of an account; its number where it has none. */
function nameOfAccount(uid: number): string {
  try {
    return execFileSync('id', ['-un', String(uid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return `#${uid}`
  }
}
