import { basename, join } from 'node:path'
import Postgrator from 'postgrator'
import type { Sql, Tx } from './client.ts'
import { refuseMisfits } from './preflight.ts'

export type MigrationReport = {
  /** Versions applied now, lowest first. */
  readonly applied: readonly number[]
  /** The version that the database is at. */
  readonly version: number
}

const SCHEMA_TABLE = 'awareness_schema_version'

/**
 * Brings the database to the newest migration in `folder`: all of it or, if anything fails, nothing. One
 * transaction and one advisory lock, so that two deployments at once apply each migration once.
 *
 * @throws SchemaMisfitError when a table that is there already is not as the migrations need it.
 * @throws when a migration that was applied has been edited since.
 */
export async function migrate(sql: Sql, folder: string): Promise<MigrationReport> {
  return sql.begin(async (tx) => {
    await holdMigrationLock(tx)
    await refuseMisfits(tx)
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: join(folder, '*.sql'),
      schemaTable: SCHEMA_TABLE,
      currentSchema: 'public',
      execQuery: async (query) => ({ rows: await tx.unsafe(query) }),
      execSqlScript: async (script) => void (await tx.unsafe(script).simple()),
    })
    let underWay = ''
    postgrator.on('migration-started', ({ filename }) => {
      underWay = basename(filename)
    })
    const applied = await postgrator.migrate().catch((error: unknown) => {
      throw explained(error, underWay)
    })
    return { applied: applied.map(({ version }) => version), version: await postgrator.getDatabaseVersion() }
  })
}

/** Of this product alone: the first eight bytes of SHA-256('fleet-awareness migrations'). */
const MIGRATION_LOCK = '6297154211092733271'

const holdMigrationLock = (tx: Tx): Promise<unknown> =>
  tx`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`

function explained(error: unknown, underWay: string): unknown {
  if (!(error instanceof Error)) return error
  const version = /^MD5 checksum failed for migration \[(\d+)\]/.exec(error.message)?.[1]
  if (!version) return underWay === '' ? error : failedIn(underWay, error)
  return new Error(
    `migration ${version} was applied to this database and its file has been edited since: ` +
      'put the file back as it was, and make the change in a new one',
    { cause: error },
  )
}

/** PostgreSQL's code stays on it: whoever explains the fault goes by it. */
const failedIn = (file: string, error: Error): Error =>
  Object.assign(
    new Error(`${file}: ${error.message}`, { cause: error }),
    'code' in error ? { code: error.code } : {},
  )
