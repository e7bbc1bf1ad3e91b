import { Signer } from '@aws-sdk/rds-signer'

/**
 * A password that is an IAM token, signed locally and anew for each connection: a token lasts 15 minutes and
 * matters only as the connection is made.
 */
export function iamPassword(to: {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly region: string
}): () => Promise<string> {
  const signer = new Signer({ hostname: to.host, port: to.port, username: to.username, region: to.region })
  return () => signer.getAuthToken()
}
