import { createHash } from 'node:crypto'
import { type HostId, parseHostId } from '../domain/ids.ts'

/** Of this product alone, drawn once by chance. */
const NAMESPACE = Buffer.from('8d1c0a2e5b7f4c369d42f1a70be65c13', 'hex')

/**
 * The id of a host that was given none: a UUIDv5 of where it listens, so that reading the same fleet file
 * again finds the same hosts.
 */
export function hostIdOfEndpoint(address: string, port: number): HostId {
  const bytes = createHash('sha1').update(NAMESPACE).update(`${address} ${port}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return parseHostId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
}
