import { readFileSync } from 'node:fs'
import { iamPassword } from '../../shared/aws/database-token.ts'
import type { Connection } from '../../shared/db/client.ts'
import { type Database, openDatabase } from '../../shared/db/transaction.ts'
import { type BaseConfig, parseEnvironment } from './config.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

/** What every function is given. One set serves one environment, which handles one event at a time. */
export type FunctionDeps = {
  readonly database: Database
  readonly telemetry: Telemetry
  readonly now: () => Date
}

/** Of a Lambda function, from its environment variables. */
export function depsFromEnvironment(env: NodeJS.ProcessEnv, service: string): FunctionDeps {
  const config = parseEnvironment(env, {})
  return {
    database: openDatabase(connectionOf(config)),
    telemetry: createTelemetry({ service, stage: config.STAGE }),
    now: () => new Date(),
  }
}

/** Where the database is and how to sign in, as the environment says. */
export function connectionOf(config: BaseConfig): Connection {
  const to = { host: config.DATABASE_HOST, port: config.DATABASE_PORT, username: config.DATABASE_USER }
  return {
    ...to,
    database: config.DATABASE_NAME,
    password: config.DATABASE_PASSWORD ?? iamPassword({ ...to, region: config.AWS_REGION ?? '' }),
    ...(config.DATABASE_CA_FILE && {
      tlsCertificateAuthority: readFileSync(config.DATABASE_CA_FILE, 'utf8'),
    }),
  }
}
