import { randomBytes } from 'node:crypto'
import { type Connection, connect, type Sql } from '../../../shared/db/client.ts'
import { FUNCTION_ROLES } from '../../../shared/domain/functions.ts'
import { CLOSE_TIMEOUT_SECONDS, type LocalDatabase } from './local-database.ts'
import { explainRefusal, openOwnDatabase } from './own.ts'

/**
 * Creates a database for the demonstration in the user's own PostgreSQL. Closing it removes it, and the roles that
 * were not there before.
 *
 * @throws UserError when the server refuses, is too old, or lets the user do less than is needed.
 */
export async function openTemporaryDatabase(to: Connection): Promise<LocalDatabase> {
  const admin = connect(to)
  const name = `fleet_awareness_demonstration_${randomBytes(4).toString('hex')}`
  let newRoles: readonly string[] = []
  const remove = async (): Promise<void> => {
    await admin`drop database if exists ${admin(name)} with (force)`
    for (const role of newRoles) await admin`drop role if exists ${admin(role)}`
    await admin.end({ timeout: CLOSE_TIMEOUT_SECONDS })
  }
  try {
    newRoles = await absentRoles(admin)
    await admin`create database ${admin(name)}`
  } catch (error) {
    await admin.end({ timeout: 0 }).catch(() => {})
    throw explainRefusal(error, to)
  }
  try {
    const database = await openOwnDatabase({ ...to, database: name })
    const close = async (): Promise<void> => {
      await database.close()
      await remove()
    }
    return { ...database, isShared: false, close }
  } catch (error) {
    await remove()
    throw error
  }
}

async function absentRoles(sql: Sql): Promise<string[]> {
  const present = await sql<{ rolname: string }[]>`select rolname from pg_roles`
  const names = new Set(present.map(({ rolname }) => rolname))
  return FUNCTION_ROLES.filter((role) => !names.has(role))
}
