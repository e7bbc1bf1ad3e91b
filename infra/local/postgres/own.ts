import { begin, READ_COMMITTED } from '../../../shared/db/begin.ts'
import { type Connection, connect, type Sql, socketPath } from '../../../shared/db/client.ts'
import { migrate } from '../../../shared/db/migrate.ts'
import { allowLoopback } from '../../../shared/db/policy.ts'
import { SchemaMisfitError } from '../../../shared/db/preflight.ts'
import { UserError } from '../../../shared/domain/errors.ts'
import { FUNCTION_ROLES, type FunctionRole } from '../../../shared/domain/functions.ts'
import { formatConnection } from './database-url.ts'
import {
  CLOSE_TIMEOUT_SECONDS,
  type LocalDatabase,
  MIGRATIONS_FOLDER,
  OWNER_CONNECTIONS,
} from './local-database.ts'

const FIRST_MIGRATION = 1
/** server_version_num of the oldest server that the migrations are tested on. */
const OLDEST_SERVER = 150_000

/**
 * Opens the user's own PostgreSQL and brings its schema up to date. The functions' roles may be those of a
 * real deployment, so their passwords stay as they are: the URL's user signs in and takes each role on.
 *
 * @throws UserError when the server refuses, is too old, or lets the user do less than is needed.
 */
export async function openOwnDatabase(to: Connection): Promise<LocalDatabase> {
  const owner = connect(to, OWNER_CONNECTIONS)
  try {
    await refuseOldServer(owner)
    const { applied } = await migrate(owner, MIGRATIONS_FOLDER)
    // A database that is new with this run has nobody else's policy.
    if (applied.includes(FIRST_MIGRATION)) await allowLoopback(owner)
    const settings = new Map<FunctionRole, Readonly<Record<string, string>>>()
    for (const role of FUNCTION_ROLES) {
      await ensureMember(owner, role, to.username)
      settings.set(role, { role, ...(await settingsOfRole(owner, role)) })
    }
    return {
      owner,
      ownerSignIn: to,
      isShared: true,
      as: (role) => ({ ...to, settings: settings.get(role) ?? { role } }),
      close: () => owner.end({ timeout: CLOSE_TIMEOUT_SECONDS }),
    }
  } catch (error) {
    await owner.end({ timeout: 0 }).catch(() => {})
    throw explainRefusal(error, to)
  }
}

async function refuseOldServer(sql: Sql): Promise<void> {
  const [row] = await sql<{ number: number; version: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version`
  if (row !== undefined && row.number >= OLDEST_SERVER) return
  throw new UserError([`DATABASE_URL: PostgreSQL ${row?.version ?? ''} is too old: 15 to 18 are supported`])
}

/** Since PostgreSQL 16 the creator of a role may grant it, but is not yet allowed to take it on. */
async function ensureMember(sql: Sql, role: FunctionRole, username: string): Promise<void> {
  if (await canTakeOn(sql, role)) return
  await sql`grant ${sql(role)} to ${sql(username)}`.catch((cause: unknown) => {
    const grant = `grant ${FUNCTION_ROLES.join(', ')} to "${username}"`
    throw new UserError(
      [`DATABASE_URL: the user may not take on the role ${role}: an administrator must run: ${grant}`],
      {
        cause,
      },
    )
  })
}

const canTakeOn = (sql: Sql, role: FunctionRole): Promise<boolean> =>
  begin(sql, READ_COMMITTED, async (tx) => {
    await tx`set local role ${tx(role)}`
    return true
  }).catch((error: unknown) => {
    if (readCode(error) === INSUFFICIENT_PRIVILEGE) return false
    throw error
  })

/** Reads a role's own settings: they hold for sessions that sign in as it, not for those that take it on. */
async function settingsOfRole(sql: Sql, role: FunctionRole): Promise<Record<string, string>> {
  const rows = await sql<{ name: string; value: string }[]>`
    select split_part(setting, '=', 1) as name, substr(setting, strpos(setting, '=') + 1) as value
    from pg_roles, jsonb_array_elements_text(to_jsonb(rolconfig)) as setting
    where rolname = ${role}`
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

const INSUFFICIENT_PRIVILEGE = '42501'

const readCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** Turns what a server refused into one line for the user, without the password. */
export function explainRefusal(error: unknown, to: Connection): unknown {
  if (error instanceof UserError) return error
  const where = `DATABASE_URL: ${formatConnection(to)}`
  if (error instanceof SchemaMisfitError)
    return new UserError([`${where}: ${error.message}`], { cause: error })
  if (readCode(error) === 'ENOENT' && to.host.startsWith('/')) {
    const line = `${where}: there is no socket ${socketPath(to.host, to.port)}: is a server running there?`
    return new UserError([line], { cause: error })
  }
  const message =
    error instanceof Error ? (error.message || readCode(error)).replace(/\s+/g, ' ') : String(error)
  if (readCode(error) === INSUFFICIENT_PRIVILEGE) {
    return new UserError(
      [
        `${where}: ${message}: an administrator must run: alter role "${to.username}" createrole createdb; grant create on schema public to "${to.username}"`,
      ],
      { cause: error },
    )
  }
  return new UserError([`${where}: ${message}`], { cause: error })
}
