import { mkdtempSync } from 'node:fs'
import { startPostgres } from '../../../infra/local/postgres/server.ts'
import { type Connection, connect, type Sql } from '../../../shared/db/client.ts'

/** As RDS has it: members of rds_iam, also indirect ones, in another way than everybody else. */
const PG_HBA = `
host all postgres 127.0.0.1/32 scram-sha-256
host all +rds_iam 127.0.0.1/32 password
host all all      127.0.0.1/32 scram-sha-256
`

export type RdsLikeServer = AsyncDisposable & {
  readonly admin: Connection
  /** The superuser's client, to play what RDS does behind the scenes. */
  readonly superuser: Sql
  /** Lets `role` give others rds_iam while `body` runs, without being a member of it before or after. */
  readonly mayGrantRdsIam: (role: string, body: () => Promise<unknown>) => Promise<void>
}

/**
 * A PostgreSQL server that treats members of rds_iam apart. What RDS asks of them is a token, by way of PAM; here it
 * is a password in plain text, so that a test can make a token the password that is wanted.
 */
export async function startRdsLikeServer(): Promise<RdsLikeServer> {
  const server = await startPostgres({
    folder: mkdtempSync('/tmp/fleet-awareness-test-'),
    temporary: true,
    files: { hba_file: PG_HBA },
  })
  const superuser = connect(server.admin, 2)
  await superuser`create role rds_iam`
  return {
    admin: server.admin,
    superuser,
    mayGrantRdsIam: async (role, body) => {
      await superuser.unsafe(`grant rds_iam to ${role} with admin option`)
      await body()
      // What it granted would go with its own right: the superuser grants the same before.
      const granted = await superuser<{ name: string; admin: boolean }[]>`
        select member::regrole::text as name, admin_option as admin from pg_auth_members
        where roleid = 'rds_iam'::regrole and grantor = ${role}::regrole`
      for (const { name, admin } of granted)
        await superuser.unsafe(`grant rds_iam to ${name} ${admin ? 'with admin option' : ''}`)
      await superuser.unsafe(`revoke rds_iam from ${role} cascade`)
    },
    [Symbol.asyncDispose]: async () => {
      await superuser.end({ timeout: 5 })
      await server.stop()
    },
  }
}
