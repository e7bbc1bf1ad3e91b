import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import {
  FLEET_FORMATS,
  type FleetFormat,
  listHostNames,
  parseFleet,
} from '../../shared/contracts/fleet-file.ts'
import type { AddressClass } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FileHost } from '../../shared/domain/fleet-host.ts'
import type { NameResolver } from './resolve-names.ts'

const FORMATS: Readonly<Record<string, FleetFormat>> = { '.csv': 'csv', '.json': 'json', '.ini': 'ansible' }
/** What an SSH client calls its list of hosts. It has no ending. */
const KNOWN_HOSTS = 'known_hosts'

/** @throws UserError for a text that is no format. */
export function parseFleetFormat(text: string): FleetFormat {
  const format = FLEET_FORMATS.find((known) => known === text)
  if (format !== undefined) return format
  throw new UserError([`--from ${JSON.stringify(text)} is none of ${FLEET_FORMATS.join(', ')}`])
}

/** The format that the name of a file shows. */
const guessFormat = (path: string): FleetFormat | undefined =>
  basename(path) === KNOWN_HOSTS ? 'known-hosts' : FORMATS[extname(path).toLowerCase()]

/** How a fleet file is read. */
export type ReadOptions = {
  /** By default the one that the name of the file shows. */
  readonly format?: FleetFormat | undefined
  /** An address of another class is a fault. */
  readonly allowed: ReadonlySet<AddressClass>
  /** Finds the addresses of host names; null where a host name is a fault. */
  readonly resolve: NameResolver | null
  /** Is given what the user should know, a line each. */
  readonly note: (line: string) => void
}

/** A long file with many names would push everything else off the screen. */
const MAX_NOTES = 20

/**
 * Reads a fleet file, and resolves the host names in it.
 * @throws UserError with a line for each fault. A fault of the file as a whole is one of its first line.
 */
export async function readFleetFile(
  path: string,
  { format: given, allowed, resolve, note }: ReadOptions,
): Promise<readonly FileHost[]> {
  const format = given ?? guessFormat(path)
  if (format === undefined) throw new UserError([`${path}:1: a fleet file ends in .csv, .json or .ini`])
  const text = readText(path)
  const names = resolve === null ? null : await resolve(listHostNames(text, format))
  const parsed = parseFleet(text, format, path, allowed, names)
  parsed.notes.slice(0, MAX_NOTES).forEach(note)
  if (parsed.notes.length > MAX_NOTES) note(`… and ${parsed.notes.length - MAX_NOTES} more of these`)
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

function describeReadError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return READ_ERRORS[code] ?? (code || String(error))
}
