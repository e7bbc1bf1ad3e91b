import { InvalidValueError } from './errors.ts'

declare const hostIdBrand: unique symbol
/** A host's id: a UUID in lower case, as PostgreSQL prints it. */
export type HostId = string & { readonly [hostIdBrand]: true }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether this is a UUID with hyphens, of any version, in either case. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** @throws InvalidValueError for anything but a UUID with hyphens, of any version. */
export function parseHostId(text: string): HostId {
  if (!isUuid(text)) throw new InvalidValueError('host_id', `not a UUID: ${JSON.stringify(text)}`)
  return text.toLowerCase() as HostId
}

const CODE_HYPHEN = '-'.charCodeAt(0)
const CODE_0 = '0'.charCodeAt(0)
const CODE_A = 'a'.charCodeAt(0)

/** The 16 raw bytes of an id, in the order they are written. By character codes: a fleet is hashed every minute. */
export function encodeHostId(id: HostId): Uint8Array {
  const bytes = new Uint8Array(16)
  let digits = 0
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i)
    if (code === CODE_HYPHEN) continue
    const digit = code >= CODE_A ? code - CODE_A + 10 : code - CODE_0
    bytes[digits >> 1] = ((bytes[digits >> 1] ?? 0) << 4) | digit
    digits += 1
  }
  return bytes
}

/** The bytes of an id after which its text has a hyphen: RFC 9562, section 4. */
const BYTES_BEFORE_HYPHENS: ReadonlySet<number> = new Set([4, 6, 8, 10])
const DIGITS = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0))

/** The id whose 16 raw bytes these are: the inverse of `encodeHostId`. By character codes, for the same reason. */
export function formatHostId(bytes: Uint8Array): HostId {
  const codes: number[] = []
  for (const [i, byte] of bytes.entries()) {
    if (BYTES_BEFORE_HYPHENS.has(i)) codes.push(CODE_HYPHEN)
    codes.push(DIGITS[byte >> 4] ?? CODE_0, DIGITS[byte & 0xf] ?? CODE_0)
  }
  return String.fromCharCode(...codes) as HostId
}
