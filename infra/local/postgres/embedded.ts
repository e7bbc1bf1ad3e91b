import { randomBytes } from 'node:crypto'
import { type Connection, connect } from '../../../shared/db/client.ts'
import { migrate } from '../../../shared/db/migrate.ts'
import { UserError } from '../../../shared/domain/errors.ts'
import { FUNCTION_ROLES, type FunctionRole } from '../../../shared/domain/functions.ts'
import {
  CLOSE_TIMEOUT_SECONDS,
  type LocalDatabase,
  MIGRATIONS_FOLDER,
  OWNER_CONNECTIONS,
} from './local-database.ts'
import { type PostgresServer, startPostgres } from './server.ts'

/**
 * Starts the PostgreSQL that npm brought along, brings its schema up to date and gives each role a password
 * of this run.
 *
 * @throws UserError when another run keeps its state in the folder.
 */
export async function openEmbeddedDatabase(options: {
  readonly folder: string
  readonly temporary: boolean
}): Promise<LocalDatabase> {
  const server = await startPostgres(options).catch((error: unknown) => {
    throw explainStart(error, options.folder)
  })
  try {
    return await prepareDatabase(server)
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function prepareDatabase(server: PostgresServer): Promise<LocalDatabase> {
  const owner = connect(server.admin, OWNER_CONNECTIONS)
  await migrate(owner, MIGRATIONS_FOLDER)
  const signIns = new Map<FunctionRole, Connection>()
  for (const role of FUNCTION_ROLES) {
    const password = randomBytes(24).toString('base64url')
    await owner.unsafe(`alter role ${role} login password '${password}'`)
    signIns.set(role, { ...server.admin, username: role, password })
  }
  return {
    owner,
    ownerSignIn: server.admin,
    isShared: false,
    as: (role) => {
      const signIn = signIns.get(role)
      if (signIn === undefined) throw new Error(`there is no password for ${role}`)
      return signIn
    },
    close: async () => {
      await owner.end({ timeout: CLOSE_TIMEOUT_SECONDS })
      await server.stop()
    },
  }
}

function explainStart(error: unknown, folder: string): unknown {
  const message = error instanceof Error ? error.message : ''
  if (message.includes('"postmaster.pid" already exists')) {
    return new UserError([`${folder} is in use by another run: end that one first`], { cause: error })
  }
  if (message.includes('incompatible with server')) {
    return new UserError(
      [`${folder} was made by another version of PostgreSQL: move it away to start anew`],
      {
        cause: error,
      },
    )
  }
  return error
}
