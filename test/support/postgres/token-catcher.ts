import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

export type TokenCatcher = AsyncDisposable & { readonly port: number; readonly passwords: readonly string[] }

/** AuthenticationCleartextPassword, as RDS asks members of rds_iam for their token. */
const ASK_FOR_PASSWORD = Buffer.from('520000000800000003', 'hex')
const PASSWORD_MESSAGE = 0x70

const FIELDS = Buffer.from('SFATAL\0C28000\0MPAM authentication failed\0\0')
/** ErrorResponse: what RDS says of a token that it does not take. */
const REFUSAL = Buffer.concat([Buffer.from('E\0\0\0'), Buffer.from([FIELDS.length + 4]), FIELDS])

/** Asks whoever connects for a password as PostgreSQL does, keeps it, and refuses it. */
export async function catchTokens(): Promise<TokenCatcher> {
  const passwords: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (message) => {
      if (message[0] !== PASSWORD_MESSAGE) return socket.write(ASK_FOR_PASSWORD)
      passwords.push(message.subarray(5, -1).toString())
      return socket.end(REFUSAL)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    passwords,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
