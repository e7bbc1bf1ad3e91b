import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { iamPassword } from '../../shared/aws/database-token.ts'
import type { Connection } from '../../shared/db/client.ts'
import type { BaseConfig } from './config.ts'

/** Signs in with an IAM token, made anew for each connection. */
export const tokenConnection = (config: BaseConfig): Connection =>
  passwordConnection(
    config,
    iamPassword({
      host: config.DATABASE_HOST,
      port: config.DATABASE_PORT,
      username: config.DATABASE_USER,
      region: config.AWS_REGION ?? '',
    }),
  )

/** Signs in with a password, given as it is or by a function that finds it. */
export const passwordConnection = (config: BaseConfig, password: Connection['password']): Connection => ({
  host: config.DATABASE_HOST,
  port: config.DATABASE_PORT,
  username: config.DATABASE_USER,
  database: config.DATABASE_NAME,
  password,
  ...(config.DATABASE_CA_FILE && {
    // Node's own beside the file's: RDS signs its servers itself, and a proxy before them has a public certificate.
    tlsCertificateAuthority: [...rootCertificates, readFileSync(config.DATABASE_CA_FILE, 'utf8')].join('\n'),
  }),
})
