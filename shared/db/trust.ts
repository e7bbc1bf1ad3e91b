import { isIP } from 'node:net'
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls'

const contexts = new Map<string, SecureContext>()

/**
 * Parses certificate authorities (PEM) for TLS, once for each set of them: RDS's own bundle has more than a hundred,
 * and an environment connects many times.
 */
export function trusting(authorities: string): SecureContext {
  const context = contexts.get(authorities) ?? createSecureContext({ ca: authorities })
  contexts.set(authorities, context)
  return context
}

/** The options of a connection to `host` that trusts these authorities, and nobody else under that name. */
export const verified = (authorities: string, host: string): ConnectionOptions => ({
  secureContext: trusting(authorities),
  rejectUnauthorized: true,
  // A server's name goes into the handshake, an address may not; the certificate is held against either.
  ...(isIP(host) === 0 ? { servername: host } : { host }),
})
