import { type AddressClass, addressFault, DEFAULT_ALLOWED_ADDRESSES } from '../domain/addresses.ts'
import { replaceControlCharacters } from '../domain/control-characters.ts'
import type { FleetHost } from '../domain/fleet-host.ts'
import { readCsvRows } from './fleet-csv.ts'
import { readJsonRows } from './fleet-json.ts'
import { FleetRow } from './fleet-row.ts'
import type { LineFault, RawRow, RawRows } from './raw-rows.ts'

export type FleetFormat = 'csv' | 'json'

/** What is wrong with a fleet file, and where. */
export type FleetFault = LineFault & { readonly file: string }

export type ParsedFleet =
  | { readonly hosts: readonly FleetHost[] }
  | { readonly faults: readonly FleetFault[] }

const READERS: Record<FleetFormat, (text: string) => RawRows> = { csv: readCsvRows, json: readJsonRows }

/**
 * The hosts of a fleet file or, if anything is wrong with it, every fault in it, in the order of its lines.
 * Addresses must be of the classes that policy allows.
 */
export function parseFleet(
  text: string,
  format: FleetFormat,
  fileName: string,
  allowed: ReadonlySet<AddressClass> = DEFAULT_ALLOWED_ADDRESSES,
): ParsedFleet {
  // A fault quotes the file.
  const inFile = (faults: readonly LineFault[]): ParsedFleet => ({
    faults: faults.map(({ line, message }) => ({
      file: fileName,
      line,
      message: replaceControlCharacters(message),
    })),
  })
  if (text.trim() === '') return inFile([{ line: 1, message: 'the file is empty' }])
  const raw = READERS[format](text)
  const judged = judge(raw.rows, allowed)
  const faults = [...raw.faults, ...judged.faults].sort((a, b) => a.line - b.line)
  if (faults.length > 0) return inFile(faults)
  const { hosts } = judged
  return hosts.length > 0 ? { hosts } : inFile([{ line: 1, message: 'the file names no host' }])
}

function judge(
  rows: readonly RawRow[],
  allowed: ReadonlySet<AddressClass>,
): { hosts: FleetHost[]; faults: LineFault[] } {
  const hosts: FleetHost[] = []
  const faults: LineFault[] = []
  const firstLines = new Map<string, number>()
  for (const { line, value } of rows) {
    const row = FleetRow.safeParse(value)
    if (!row.success) {
      faults.push(...row.error.issues.map(({ message }) => ({ line, message })))
      continue
    }
    hosts.push(row.data)
    faults.push(...refused(row.data, line, allowed), ...repeated(row.data, line, firstLines))
  }
  return { hosts, faults }
}

function refused(host: FleetHost, line: number, allowed: ReadonlySet<AddressClass>): LineFault[] {
  const message = addressFault(host.address, allowed)
  return message === null ? [] : [{ line, message }]
}

function repeated(host: FleetHost, line: number, firstLines: Map<string, number>): LineFault[] {
  const claims = [
    `${host.address} port ${host.port}`,
    `the name ${JSON.stringify(host.name)}`,
    `the id ${host.id}`,
  ]
  const taken = claims.filter((claim) => firstLines.has(claim))
  for (const claim of claims) if (!firstLines.has(claim)) firstLines.set(claim, line)
  // An id made from address and port repeats with them: one fault is enough.
  const [first] = taken
  return first === undefined
    ? []
    : [{ line, message: `duplicate host: ${first} is on line ${firstLines.get(first)} already` }]
}
