import { type Connection, connect, type Sql } from '../../shared/db/client.ts'
import type { BaseConfig } from './config.ts'
import { passwordConnection, tokenConnection } from './connection.ts'
import type { SecretFields } from './owner-secret.ts'

/** invalid_password, and invalid_authorization_specification: what PAM and pg_hba.conf refuse with. */
const SIGN_IN_REFUSED = new Set(['28P01', '28000'])

/** The ways in which the owner of the schema may sign in, as the environment says; the first that works is taken. */
export function ownerConnections(
  config: BaseConfig,
  readSecret: () => Promise<SecretFields>,
): readonly [Connection, ...Connection[]] {
  const secret = async () => (await readSecret())(config.DATABASE_SECRET_FIELD ?? '')
  switch (config.DATABASE_AUTH) {
    case 'iam':
      return [tokenConnection(config)]
    case 'password':
      return [passwordConnection(config, config.DATABASE_PASSWORD ?? '')]
    case 'secret':
      return [passwordConnection(config, secret)]
    case 'iam_or_secret':
      return [tokenConnection(config), passwordConnection(config, secret)]
  }
}

/**
 * Signs in in the first way that the server takes. Which one that is changes with the first deploy: RDS wants a
 * token from members of rds_iam and a password from everybody else, and from PostgreSQL 16 on the owner becomes a
 * member through the roles that it creates.
 *
 * @throws what the server refused the last way with, and its code; at once what is no refusal of a sign-in. `deadline`: after it
 * no further way is tried. `onClient` is given each client as it is made, to be ended if time runs out.
 */
export async function signInAsOwner(
  ways: readonly Connection[],
  deadline: AbortSignal,
  onClient: (sql: Sql) => void,
): Promise<Sql> {
  const refusals: Error[] = []
  for (const way of ways) {
    deadline.throwIfAborted()
    const sql = connect(way)
    onClient(sql)
    try {
      await sql`select 1`
      return sql
    } catch (error) {
      if (!isRefusal(error)) throw error
      refusals.push(error)
      // Not awaited: after a connection error end() may never settle (postgres.js 3.4.9).
      sql.end({ timeout: 0 }).catch(() => {})
    }
  }
  throw describeRefusals(refusals)
}

const isRefusal = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && 'code' in error && SIGN_IN_REFUSED.has(String(error.code))

function describeRefusals(refusals: readonly Error[]): Error {
  const last = refusals.at(-1) ?? new Error('there is no way to sign in')
  if (refusals.length < 2) return last
  const message = refusals.map((refusal) => refusal.message).join('; then, with the password: ')
  return Object.assign(new Error(`with a token: ${message}`, { cause: last }), {
    code: 'code' in last ? last.code : '',
  })
}
