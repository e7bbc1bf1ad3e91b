import { type AddressClass, addressFault } from '../domain/addresses.ts'
import { deriveHostId } from '../domain/endpoint-id.ts'
import type { FileHost } from '../domain/fleet-host.ts'
import { AddressRow, FileRow, type Place } from './file-row.ts'
import { DEFAULT_SSH_PORT, endpointName } from './fleet-row.ts'
import type { LineFault, RawRow } from './raw-rows.ts'

/** What was found for each host name, in lower case: its addresses, the preferred one first, or why there is none. */
export type HostNames = ReadonlyMap<
  string,
  { readonly addresses: readonly string[] } | { readonly fault: string }
>

export type JudgedRows = {
  readonly hosts: FileHost[]
  readonly faults: LineFault[]
  /** Which address of a host name was taken, where it has several. */
  readonly choices: LineFault[]
}

/** Makes hosts of the rows of a fleet file, and finds every fault in them. */
export function judgeRows(
  rows: readonly RawRow[],
  allowed: ReadonlySet<AddressClass>,
  names: HostNames | null,
): JudgedRows {
  const judged: JudgedRows = { hosts: [], faults: [], choices: [] }
  const schema = names === null ? AddressRow : FileRow
  const firstLines = new Map<string, number>()
  for (const { line, value } of rows) {
    const row = schema.safeParse(value)
    if (!row.success) {
      judged.faults.push(...row.error.issues.map(({ message }) => ({ line, message })))
      continue
    }
    const found = findAddress(row.data.place, allowed, names)
    if ('fault' in found) {
      judged.faults.push({ line, message: found.fault })
      continue
    }
    const host = toHost(row.data, found.address)
    judged.hosts.push(host)
    judged.faults.push(...refused(host, line, allowed), ...repeated(host, line, firstLines))
    if (found.choice !== null) judged.choices.push({ line, message: found.choice })
  }
  return judged
}

type FoundAddress = { readonly address: string; readonly choice: string | null } | { readonly fault: string }

/** The address of a place: of several, the first one that policy allows. */
function findAddress(
  place: Place,
  allowed: ReadonlySet<AddressClass>,
  names: HostNames | null,
): FoundAddress {
  if ('address' in place) return { address: place.address, choice: null }
  const found = names?.get(place.hostName) ?? { fault: 'nobody has looked it up' }
  if ('fault' in found) return { fault: `${place.spelled} cannot be resolved: ${found.fault}` }
  const { addresses } = found
  const address = addresses.find((candidate) => addressFault(candidate, allowed) === null) ?? addresses[0]
  if (address === undefined) return { fault: `${place.spelled} cannot be resolved: it has no address` }
  const isChosen = addresses.length > 1
  return {
    address,
    choice: isChosen
      ? `${place.spelled} has the addresses ${addresses.join(', ')}: ${address} is taken`
      : null,
  }
}

/** A host name makes the id, so that the host is the same one when its address changes. */
function toHost({ place, port = DEFAULT_SSH_PORT, name, id }: FileRow, address: string): FileHost {
  const givenName = 'hostName' in place ? { hostName: place.hostName } : {}
  return {
    id: id ?? deriveHostId('hostName' in place ? place.hostName : address, port),
    name: name ?? endpointName('spelled' in place ? place.spelled : address, port),
    address,
    port,
    ...givenName,
  }
}

function refused(host: FileHost, line: number, allowed: ReadonlySet<AddressClass>): LineFault[] {
  const message = addressFault(host.address, allowed)
  return message === null ? [] : [{ line, message }]
}

function repeated(host: FileHost, line: number, firstLines: Map<string, number>): LineFault[] {
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
