import { basename, join } from 'node:path'
import Postgrator from 'postgrator'
import { begin, READ_COMMITTED } from './begin.ts'
import type { Sql, Tx } from './client.ts'
import { refuseMisfits } from './preflight.ts'
import { LockedOutError, readRdsIamMembership } from './rds-iam.ts'

export type MigrationReport = {
  /** Versions applied now, lowest first. */
  readonly applied: readonly number[]
  /** The version that the database is at. */
  readonly version: number
}

export type MigrateOptions = {
  /** What else belongs to this deployment: done in the transaction of the migrations, after them. */
  readonly complete?: (tx: Tx, report: MigrationReport) => Promise<void>
  /** Whether the user who migrates can sign in with an IAM token as well, so that it may become a member of rds_iam. */
  readonly hasToken?: boolean
}

const SCHEMA_TABLE = 'awareness_schema_version'

/**
 * Brings the database to the newest migration in `folder`: all of it or, if anything fails, nothing. One
 * transaction and one advisory lock, so that two deployments at once apply each migration once.
 *
 * @throws SchemaMisfitError when a table that is there already is not as the migrations need it.
 * @throws LockedOutError when they would make a user who has nothing but a password a member of rds_iam.
 * @throws when a migration that was applied has been edited since.
 */
export async function migrate(
  sql: Sql,
  folder: string,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await begin(sql, READ_COMMITTED, (tx) => migrateIn(tx, folder, options))
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isRoleConflict(error)) throw error
    }
  }
}

/**
 * Roles belong to the whole server, and the lock to one database: another database's migrations may change them too.
 */
const MAX_ATTEMPTS = 10

/** PostgreSQL has no code of its own for it: it is an internal error, or a role that has come into being meanwhile. */
const isRoleConflict = (error: unknown): boolean =>
  error instanceof Error && /tuple concurrently (updated|deleted)|pg_authid_rolname_index/.test(error.message)

async function migrateIn(
  tx: Tx,
  folder: string,
  { complete, hasToken = false }: MigrateOptions,
): Promise<MigrationReport> {
  const before = await readRdsIamMembership(tx)
  await holdMigrationLock(tx)
  await refuseMisfits(tx, await readVersion(tx))
  const report = await applyMigrations(tx, folder)
  await complete?.(tx, report)
  const after = await readRdsIamMembership(tx)
  if (after.through.length > 0 && !before.isMember && !hasToken) throw new LockedOutError(after)
  return report
}

/** The newest migration that was applied; 0 in a database without any. */
async function readVersion(tx: Tx): Promise<number> {
  const [table] = await tx<[{ is_there: boolean }]>`
    select to_regclass(${`public.${SCHEMA_TABLE}`}) is not null as is_there`
  if (!table.is_there) return 0
  const [row] = await tx<[{ version: number }]>`
    select coalesce(max(version), 0)::integer as version from ${tx(SCHEMA_TABLE)}`
  return row.version
}

async function applyMigrations(tx: Tx, folder: string): Promise<MigrationReport> {
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
}

/** No other product uses this number: it is the first eight bytes of SHA-256('fleet-awareness migrations'). */
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
