import { createHash } from 'node:crypto'

const VERSION_5 = 0x50
const VARIANT_RFC_9562 = 0x80

/** The UUID, version 5 (RFC 9562, section 5.5), of a name in a namespace: always the same for the same two. */
export function uuidV5(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | VERSION_5, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | VARIANT_RFC_9562, 8)
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join('-')
}
