import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type FleetFormat, type ParsedFleet, parseFleet } from '../../shared/contracts/fleet-file.ts'
import type { AddressClass } from '../../shared/domain/addresses.ts'

const FORMATS: Readonly<Record<string, FleetFormat>> = { '.csv': 'csv', '.json': 'json' }

/** Reads a fleet file. What is wrong with the file as a whole is a fault of its first line. */
export function readFleetFile(path: string, allowed?: ReadonlySet<AddressClass>): ParsedFleet {
  const fault = (message: string): ParsedFleet => ({ faults: [{ file: path, line: 1, message }] })
  const format = FORMATS[extname(path).toLowerCase()]
  if (format === undefined) return fault('a fleet file ends in .csv or .json')
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return fault(`cannot be read: ${reasonOf(error)}`)
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return parseFleet(text, format, path, allowed)
  } catch (error) {
    if (error instanceof TypeError) return fault('is not text in UTF-8')
    throw error
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? (code || String(error))
}
