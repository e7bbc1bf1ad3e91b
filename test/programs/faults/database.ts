import { mkdtempSync, rmSync } from 'node:fs'
import type { LocalDatabase } from '../../../infra/local/postgres/local-database.ts'
import { freePort, type PostgresServer, startPostgres } from '../../../infra/local/postgres/server.ts'
import { connect, type Sql } from '../../../shared/db/client.ts'
import { prepareDatabase } from '../../support/postgres/prepared-database.ts'

export type FaultyDatabase = AsyncDisposable & {
  readonly local: LocalDatabase
  readonly stop: () => Promise<void>
  /** On the same port and the same data. */
  readonly start: () => Promise<void>
  /** The owner's client for as long as `look` runs: none is left over from before a fault. */
  readonly look: <T>(look: (sql: Sql) => Promise<T>) => Promise<T>
}

/**
 * Connections so few that they can all be taken, and more than the functions need; locks for a few invocations
 * of 100 hosts, some 3,000.
 */
const TIGHT_SETTINGS = ['max_connections=40', 'max_locks_per_transaction=20']

/** A server that can be stopped and started; its files are gone at the end. */
export async function startFaultyDatabase(limits: 'tight' | 'usual'): Promise<FaultyDatabase> {
  const folder = mkdtempSync('/tmp/fleet-awareness-faults-')
  const removeFiles = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  // Also where the program is told to end, or gives up.
  process.once('exit', removeFiles)
  const port = await freePort()
  const settings = [...(limits === 'tight' ? TIGHT_SETTINGS : []), 'fsync=off']
  const startServer = (): Promise<PostgresServer> =>
    startPostgres({ folder, temporary: false, port, settings })
  let server = await startServer()
  const { admin } = server
  const owner = connect(admin, 2)
  const as = await prepareDatabase(owner, admin)
  return {
    local: { owner, ownerSignIn: admin, as, isShared: false, close: async () => {} },
    stop: () => server.stop(),
    start: async () => {
      server = await startServer()
    },
    look: async (look) => {
      const sql = connect(admin)
      try {
        return await look(sql)
      } finally {
        await sql.end({ timeout: 1 })
      }
    },
    [Symbol.asyncDispose]: async () => {
      owner.end({ timeout: 0 }).catch(() => {})
      await server.stop()
      process.off('exit', removeFiles)
      removeFiles()
    },
  }
}
