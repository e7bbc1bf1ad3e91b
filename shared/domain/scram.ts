import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

/** PostgreSQL's own default. */
const ITERATIONS = 4096
const KEY_BYTES = 32

/**
 * What PostgreSQL stores of a password (RFC 5803). Given instead of the password, it keeps that out of
 * statements and so out of the server's log. `salt`: 16 random bytes.
 */
export function scramVerifier(password: string, salt: Uint8Array): string {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, KEY_BYTES, 'sha256')
  const deriveKey = (what: string): Buffer => createHmac('sha256', salted).update(what).digest()
  const storedKey = createHash('sha256').update(deriveKey('Client Key')).digest('base64')
  const serverKey = deriveKey('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`
}
