import { readFileSync } from 'node:fs'
import { iamPassword } from '../../shared/aws/database-token.ts'
import type { Connection } from '../../shared/db/client.ts'
import { type Database, openDatabase } from '../../shared/db/transaction.ts'
import { FUNCTIONS, type SigningFunctionName } from '../../shared/domain/functions.ts'
import { type BaseConfig, parseEnvironment } from './config.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

/** What every function is given. One set serves one environment, which handles one event at a time. */
export type FunctionDeps = {
  readonly database: Database
  readonly telemetry: Telemetry
  readonly now: () => Date
}

/** Builds the dependencies of the Lambda function `name` from its environment variables. */
export function depsFromEnvironment(env: NodeJS.ProcessEnv, name: SigningFunctionName): FunctionDeps {
  const config = parseEnvironment(env, {})
  return {
    database: openDatabase(connectionOf(config)),
    telemetry: createTelemetry({ service: FUNCTIONS[name].service, stage: config.STAGE }),
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
