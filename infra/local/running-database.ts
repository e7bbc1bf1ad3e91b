import type { Connection } from '../../shared/db/client.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { readEndpoints } from './endpoints.ts'
import { parseDatabaseUrl } from './postgres/database-url.ts'

export type DatabaseLookup = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where a running product leaves its endpoints. */
  readonly stateFolder: string
}

/**
 * Finds the database that a command works on, and how its owner signs in: that of DATABASE_URL, or that of the
 * product which runs on this machine.
 * @throws UserError where there is neither.
 */
export function findDatabase({ env, stateFolder }: DatabaseLookup): Connection {
  const url = env.DATABASE_URL ?? ''
  if (url !== '') return parseDatabaseUrl(url, env.USER ?? 'postgres')
  const running = readEndpoints(stateFolder)
  if (running === null) {
    throw new UserError(['no database: is the product running (npm start)? Or set DATABASE_URL'])
  }
  if (running.database === null) {
    throw new UserError(['no database: the running product was given a DATABASE_URL; set the same here'])
  }
  return running.database
}
