import { type AddressClass, DEFAULT_ALLOWED_ADDRESSES } from '../domain/addresses.ts'
import { replaceControlCharacters } from '../domain/control-characters.ts'
import type { FileHost } from '../domain/fleet-host.ts'
import { PlaceText } from './file-row.ts'
import { isAnsibleJson, readAnsibleRows } from './fleet-ansible.ts'
import { readCsvRows } from './fleet-csv.ts'
import { readJsonRows } from './fleet-json.ts'
import { readKnownHostsRows } from './fleet-known-hosts.ts'
import { FLEET_COLUMNS } from './fleet-row.ts'
import { type HostNames, judgeRows } from './judge-rows.ts'
import type { LineFault, RawRows } from './raw-rows.ts'

/** The formats of a list of hosts. `ansible` is an inventory, in INI or as `ansible-inventory --list` prints it. */
export const FLEET_FORMATS = ['csv', 'json', 'ansible', 'known-hosts'] as const
export type FleetFormat = (typeof FLEET_FORMATS)[number]

/** What is wrong with a fleet file, and where. */
export type FleetFault = LineFault & { readonly file: string }

export type ParsedFleet = (
  | { readonly hosts: readonly FileHost[] }
  | { readonly faults: readonly FleetFault[] }
) & {
  /** What the user should know, a line each: what is ignored, and which address of several is taken. */
  readonly notes: readonly string[]
}

const READERS: Record<FleetFormat, (text: string) => RawRows> = {
  csv: readCsvRows,
  json: (text) => (isAnsibleJson(text) ? readAnsibleRows(text) : readJsonRows(text)),
  ansible: readAnsibleRows,
  'known-hosts': readKnownHostsRows,
}

/** Lists the host names that stand for addresses in a fleet file, in lower case, each once. */
export function listHostNames(text: string, format: FleetFormat): string[] {
  const rows = text.trim() === '' ? [] : READERS[format](text).rows
  const names = rows.flatMap(({ value }) => {
    const row = PlaceText.safeParse(readAddress(value))
    return row.success && 'hostName' in row.data ? [row.data.hostName] : []
  })
  return [...new Set(names)]
}

/**
 * Reads the hosts of a fleet file or, if anything is wrong with it, every fault in it, in the order of its lines.
 * Addresses must be of the classes that policy allows.
 *
 * @param names what was found for the names of `listHostNames`; without it a host name is a fault
 */
export function parseFleet(
  text: string,
  format: FleetFormat,
  fileName: string,
  allowed: ReadonlySet<AddressClass> = DEFAULT_ALLOWED_ADDRESSES,
  names: HostNames | null = null,
): ParsedFleet {
  const refuse = (faults: readonly LineFault[], notes: readonly string[] = []): ParsedFleet => ({
    // A fault quotes the file.
    faults: faults.map(({ line, message }) => ({
      file: fileName,
      line,
      message: replaceControlCharacters(message),
    })),
    notes,
  })
  if (text.trim() === '') return refuse([{ line: 1, message: 'the file is empty' }])
  const raw = READERS[format](text)
  const judged = judgeRows(raw.rows, allowed, names)
  const choices = judged.choices.map(({ line, message }) => `${fileName}:${line}: ${message}`)
  const notes = [
    ...(raw.notes ?? []).map((note) => `${fileName}: ${replaceControlCharacters(note)}`),
    ...describeIgnored(raw.columns, fileName),
    ...choices,
  ]
  const faults = [...raw.faults, ...judged.faults].sort((a, b) => a.line - b.line)
  if (faults.length > 0) return refuse(faults, notes)
  const { hosts } = judged
  return hosts.length > 0 ? { hosts, notes } : refuse([{ line: 1, message: 'the file names no host' }], notes)
}

/** Enough to see what kind of file it is. */
const MAX_COLUMNS_SHOWN = 10

function describeIgnored(columns: readonly string[], fileName: string): string[] {
  const ignored = columns.filter((column) => !FLEET_COLUMNS.some((known) => known === column))
  if (ignored.length === 0) return []
  const some = ignored.slice(0, MAX_COLUMNS_SHOWN).map((column) => replaceControlCharacters(column) || '""')
  const names = (ignored.length > some.length ? [...some, '…'] : some).join(', ')
  return [`${fileName}: columns that are ignored: ${names}; the known ones are ${FLEET_COLUMNS.join(', ')}`]
}

const readAddress = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'address' in value ? value.address : undefined
