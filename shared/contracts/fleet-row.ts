import * as z from 'zod'
import { hasControlCharacters } from '../domain/control-characters.ts'
import { hostIdOfEndpoint } from '../domain/endpoint-id.ts'
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

const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing'

const canonical = (address: string): string =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address

const Address = z
  .string({
    error: ({ input }) => (isAbsent(input) ? 'address is missing' : `malformed address ${shown(input)}`),
  })
  .transform((text, context) => {
    const address = z.union([z.ipv4(), z.ipv6()]).safeParse(text)
    if (address.success) return canonical(address.data)
    const message =
      text === ''
        ? 'address is missing'
        : `malformed address ${shown(text)}: an IPv4 or IPv6 address is needed`
    context.issues.push({ code: 'custom', message, input: text })
    return z.NEVER
  })

const Port = z.unknown().transform((value, context) => {
  if (isAbsent(value)) return undefined
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value))
  const port = isNumber ? Number(value) : Number.NaN
  if (isNumber && Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return port
  const message = isNumber
    ? `port ${value} is out of range: 1 to ${MAX_PORT}`
    : `malformed port ${shown(value)}: a number from 1 to ${MAX_PORT} is needed`
  context.issues.push({ code: 'custom', message, input: value })
  return z.NEVER
})

const Name = z.unknown().transform((value, context) => {
  if (isAbsent(value)) return undefined
  const isFit =
    typeof value === 'string' &&
    value.length <= MAX_NAME_CHARACTERS &&
    isStorableText(value) &&
    !hasControlCharacters(value)
  if (isFit) return value
  const message = `malformed name ${shown(value).slice(0, MAX_NAME_CHARACTERS)}: text of at most ${MAX_NAME_CHARACTERS} printable characters is needed`
  context.issues.push({ code: 'custom', message, input: value })
  return z.NEVER
})

const Id = z.unknown().transform((value, context) => {
  if (isAbsent(value)) return undefined
  if (typeof value === 'string' && isUuid(value)) return parseHostId(value)
  context.issues.push({
    code: 'custom',
    message: `malformed id ${shown(value)}: a UUID is needed`,
    input: value,
  })
  return z.NEVER
})

/** One row of a fleet file: `address`, and if wanted `port`, `name` and `id`. */
export const FleetRow = z
  .strictObject(
    { address: Address, port: Port.optional(), name: Name.optional(), id: Id.optional() },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map(unknownColumn).join('; ')
          : `a host must be an object such as {"address": "192.0.2.1"}, not ${shown(issue.input)}`,
    },
  )
  .transform(
    ({ address, port = DEFAULT_SSH_PORT, name, id }): FleetHost => ({
      id: id ?? hostIdOfEndpoint(address, port),
      name: name ?? endpointName(address, port),
      address,
      port,
    }),
  )

/** What to say of a column that no fleet file has. */
export const unknownColumn = (column: string): string =>
  `unknown column ${shown(column)}: the columns are ${FLEET_COLUMNS.join(', ')}`

function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

function endpointName(address: string, port: number): string {
  if (port === DEFAULT_SSH_PORT) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
