import { mkdtempSync, rmSync } from 'node:fs'
import { freePort, startPostgres } from '../../../infra/local/postgres/server.ts'

export type RestartableServer = AsyncDisposable & {
  /** As a user would set DATABASE_URL. */
  readonly url: string
  /** Ends the server as an administrator does it: clients are cut off. */
  readonly stop: () => Promise<void>
  /** Starts it again on the same data and the same port. */
  readonly start: () => Promise<void>
}

/** A PostgreSQL server of a test's own, which keeps its data and its port while it is away. */
export async function startRestartableServer(): Promise<RestartableServer> {
  // Not under a test runner's private folder: the server may run as another account.
  const folder = mkdtempSync('/tmp/fleet-awareness-restart-')
  const options = { folder, temporary: false, port: await freePort() }
  let server = await startPostgres(options)
  const { username, password, host, port, database } = server.admin
  return {
    url: `postgres://${username}:${password}@${host}:${port}/${database}`,
    stop: () => server.stop(),
    start: async () => {
      server = await startPostgres(options)
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
