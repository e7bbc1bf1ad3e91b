import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../../../infra/local/postgres/server.ts'
import { type Connection, connect } from '../../../shared/db/client.ts'
import { type Cdk, cdkOf } from './cdk.ts'
import { type Emulator, startEmulator } from './emulator.ts'

export const STAGE = 'emulated'
const DATABASE = 'awareness'

export type Account = {
  readonly emulator: Emulator
  /** A database beside it, empty at first; this is its owner. */
  readonly database: Connection
  readonly cdk: Cdk
  /** For files of a test's; removed on close. */
  readonly folder: string
  readonly close: () => Promise<void>
}

/** An AWS account and a PostgreSQL server on loopback. Both end, and leave no file, when this program ends. */
export async function openAccount(): Promise<Account> {
  const postgres = await startPostgres({ folder: mkdtempSync('/tmp/fleet-awareness-test-'), temporary: true })
  const folder = mkdtempSync('/tmp/fleet-awareness-deploy-')
  const emulator = await startEmulator(folder).catch(async (error: unknown) => {
    await postgres.stop()
    throw error
  })
  const admin = connect(postgres.admin)
  await admin.unsafe(`create database ${DATABASE}`)
  await admin.end()
  const { host, port, username, password } = postgres.admin
  const context = {
    stage: STAGE,
    databaseHost: host,
    databasePort: String(port),
    databaseName: DATABASE,
    databaseOwner: username,
    databasePassword: String(password),
  }
  return {
    emulator,
    folder,
    database: { ...postgres.admin, database: DATABASE },
    cdk: cdkOf({ environment: emulator.environment, context, output: join(folder, 'cdk.out') }),
    close: async () => {
      await emulator.stop()
      await postgres.stop()
    },
  }
}
