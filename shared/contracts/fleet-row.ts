import * as z from 'zod'
import { hasControlCharacters } from '../domain/control-characters.ts'
import { deriveHostId } from '../domain/endpoint-id.ts'
import type { FleetHost } from '../domain/fleet-host.ts'
import { isUuid, parseHostId } from '../domain/ids.ts'
import { isStorableText } from './storable.ts'

/** The columns that a fleet file may have. Only `address` is required. */
export const FLEET_COLUMNS = ['address', 'port', 'name', 'id'] as const

/** The port of a host that is listed without one (RFC 4253, section 4.1). */
export const DEFAULT_SSH_PORT = 22
const MAX_PORT = 65_535
/** The longest name of a host: the longest in DNS (RFC 1035, section 2.3.4). */
export const MAX_NAME_CHARACTERS = 253

const quote = (value: unknown): string => JSON.stringify(value) ?? 'nothing'

/** The one canonical spelling of an IPv4 or IPv6 address. */
export const canonicalAddress = (address: string): string =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address

/** What is wrong with an address that is not there, or no text. */
export const AddressText = z.string({
  error: ({ input }) => (isAbsent(input) ? 'address is missing' : `malformed address ${quote(input)}`),
})

/** An IPv4 or IPv6 address in any spelling; null for anything else. */
export function parseAddress(text: string): string | null {
  const address = z.union([z.ipv4(), z.ipv6()]).safeParse(text)
  return address.success ? canonicalAddress(address.data) : null
}

/** What is wrong with a text that is none of the kinds of address that are wanted. */
export const malformedAddress = (text: string, wanted: string): string =>
  text === '' ? 'address is missing' : `malformed address ${quote(text)}: ${wanted} is needed`

/** An IPv4 or IPv6 address, which becomes its canonical spelling. */
export const Address = AddressText.transform((text, context) => {
  const address = parseAddress(text)
  if (address !== null) return address
  const message = malformedAddress(text, 'an IPv4 or IPv6 address')
  context.issues.push({ code: 'custom', message, input: text })
  return z.NEVER
})

/** A port, as a number or as digits; undefined where it is left out. */
export const Port = z.unknown().transform((value, context) => {
  if (isAbsent(value)) return undefined
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value))
  const port = isNumber ? Number(value) : Number.NaN
  if (isNumber && Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return port
  const message = isNumber
    ? `port ${value} is out of range: 1 to ${MAX_PORT}`
    : `malformed port ${quote(value)}: a number from 1 to ${MAX_PORT} is needed`
  context.issues.push({ code: 'custom', message, input: value })
  return z.NEVER
})

/** A name without characters that would steer a terminal; undefined where it is left out. */
export const Name = z.unknown().transform((value, context) => {
  if (isAbsent(value)) return undefined
  const isFit =
    typeof value === 'string' &&
    value.length <= MAX_NAME_CHARACTERS &&
    isStorableText(value) &&
    !hasControlCharacters(value)
  if (isFit) return value
  const message = `malformed name ${quote(value).slice(0, MAX_NAME_CHARACTERS)}: text of at most ${MAX_NAME_CHARACTERS} printable characters is needed`
  context.issues.push({ code: 'custom', message, input: value })
  return z.NEVER
})

/** A UUID; undefined where it is left out. */
export const Id = z.unknown().transform((value, context) => {
  if (isAbsent(value)) return undefined
  if (typeof value === 'string' && isUuid(value)) return parseHostId(value)
  context.issues.push({
    code: 'custom',
    message: `malformed id ${quote(value)}: a UUID is needed`,
    input: value,
  })
  return z.NEVER
})

/** What is wrong with something that is no object, where a host is expected. */
export const notAHost = (input: unknown): string =>
  `a host must be an object such as {"address": "192.0.2.1"}, not ${quote(input)}`

/** A host as an operator sends it: `address`, and if wanted `port`, `name` and `id`. */
export const FleetRow = z
  .strictObject(
    { address: Address, port: Port.optional(), name: Name.optional(), id: Id.optional() },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? issue.keys.map(unknownField).join('; ') : notAHost(issue.input),
    },
  )
  .transform(
    ({ address, port = DEFAULT_SSH_PORT, name, id }): FleetHost => ({
      id: id ?? deriveHostId(address, port),
      name: name ?? endpointName(address, port),
      address,
      port,
    }),
  )

const unknownField = (field: string): string =>
  `unknown field ${quote(field)}: the fields are ${FLEET_COLUMNS.join(', ')}`

function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

/** The name of a host that was given none: its address or host name, and its port where that is not the usual one. */
export function endpointName(place: string, port: number): string {
  if (port === DEFAULT_SSH_PORT) return place
  return place.includes(':') ? `[${place}]:${port}` : `${place}:${port}`
}
