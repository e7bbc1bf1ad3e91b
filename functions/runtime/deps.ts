import { type Database, openDatabase } from '../../shared/db/transaction.ts'
import { FUNCTIONS, type SigningFunctionName } from '../../shared/domain/functions.ts'
import { type BaseConfig, ConfigurationError, parseEnvironment } from './config.ts'
import { passwordConnection, tokenConnection } from './connection.ts'
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
    database: openDatabase(createConnection(config)),
    telemetry: createTelemetry({ service: FUNCTIONS[name].service, stage: config.STAGE }),
    now: () => new Date(),
  }
}

/** A function reads no secret: its role may, and then it could read the passwords of all others. */
function createConnection(config: BaseConfig) {
  switch (config.DATABASE_AUTH) {
    case 'iam':
      return tokenConnection(config)
    case 'password':
      return passwordConnection(config, config.DATABASE_PASSWORD ?? '')
    default:
      throw new ConfigurationError(`DATABASE_AUTH: ${config.DATABASE_AUTH} is for migrations only`)
  }
}
