import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { Binaries } from '../../../infra/local/postgres/binaries.ts'
import { startPostgres } from '../../../infra/local/postgres/server.ts'
import { type Connection, connect } from '../../../shared/db/client.ts'
import { migrate } from '../../../shared/db/migrate.ts'
import { FUNCTION_ROLES } from '../../../shared/domain/functions.ts'
import { MIGRATIONS } from '../repository.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    admin: Connection
  }
}

/** The server of TEST_POSTGRES_BIN, a folder with its programs; otherwise the one that npm brings. */
function serverUnderTest(): { binaries?: Binaries } {
  const bin = process.env.TEST_POSTGRES_BIN
  if (bin === undefined || bin === '') return {}
  return { binaries: { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') } }
}

/** One server a test run, on a port and in a folder of its own, and in it the template of every test database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync('/tmp/fleet-awareness-test-')
  const server = await startPostgres({
    folder,
    temporary: true,
    settings: ['max_connections=300'],
    ...serverUnderTest(),
  })
  const admin = connect(server.admin)
  await admin`create database template_migrated`
  const template = connect({ ...server.admin, database: 'template_migrated' })
  await migrate(template, MIGRATIONS)
  // Tests listen on loopback, and nowhere else.
  await template`update policy set allowed_addresses = 'global,private,loopback'`
  await template.end()
  for (const role of FUNCTION_ROLES) await admin.unsafe(`alter role ${role} password '${role}'`)
  await admin.end()
  project.provide('admin', server.admin)
  return server.stop
}
