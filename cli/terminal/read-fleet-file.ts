import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type FleetFormat, parseFleet } from '../../shared/contracts/fleet-file.ts'
import type { AddressClass } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'

const FORMATS: Readonly<Record<string, FleetFormat>> = { '.csv': 'csv', '.json': 'json' }

/**
 * Reads a fleet file, in which an address of another class than these is a fault.
 * @throws UserError with a line for each fault. A fault of the file as a whole is one of its first line.
 */
export function readFleetFile(path: string, allowed: ReadonlySet<AddressClass>): readonly FleetHost[] {
  const format = FORMATS[extname(path).toLowerCase()]
  if (format === undefined) throw new UserError([`${path}:1: a fleet file ends in .csv or .json`])
  const parsed = parseFleet(readText(path), format, path, allowed)
  if ('hosts' in parsed) return parsed.hosts
  throw new UserError(parsed.faults.map(({ file, line, message }) => `${file}:${line}: ${message}`))
}

function readText(path: string): string {
  const bytes = readBytes(path)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    if (cause instanceof TypeError) throw new UserError([`${path}:1: is not text in UTF-8`], { cause })
    throw cause
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new UserError([`${path}:1: cannot be read: ${describeReadError(cause)}`], { cause })
  }
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
}

/** Why a file could not be read, in words where there are some. */
export function describeReadError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return READ_ERRORS[code] ?? (code || String(error))
}
