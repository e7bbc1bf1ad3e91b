import { InvalidValueError } from './errors.ts'

declare const hostIdBrand: unique symbol
/** A host's id: a UUID in lower case, as PostgreSQL prints it. */
export type HostId = string & { readonly [hostIdBrand]: true }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (text: string): boolean => UUID.test(text)

/** @throws InvalidValueError for anything but a UUID with hyphens, of any version. */
export function parseHostId(text: string): HostId {
  if (!isUuid(text)) throw new InvalidValueError('host_id', `not a UUID: ${JSON.stringify(text)}`)
  return text.toLowerCase() as HostId
}

/** The 16 raw bytes of an id, in the order they are written. */
export function hostIdBytes(id: HostId): Uint8Array {
  const hex = id.replaceAll('-', '')
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}
