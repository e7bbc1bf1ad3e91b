import type { Sql } from './client.ts'

/** How a function's role signs in: by a password, given as its SCRAM verifier, or where that is null by IAM token. */
export type RoleSignIn = { readonly role: string; readonly verifier: string | null }

/**
 * Makes roles sign in as the installation says. On RDS a member of `rds_iam` can sign in with a token only, so
 * a role with a password leaves it.
 */
export async function setRoleSignIn(sql: Sql, signIns: readonly RoleSignIn[]): Promise<void> {
  await sql.begin(async (tx) => {
    const [rds] = await tx<{ present: boolean }[]>`
      select exists (select from pg_roles where rolname = 'rds_iam') as present`
    for (const { role, verifier } of signIns) {
      if (rds?.present) {
        await tx.unsafe(
          verifier === null ? `grant rds_iam to ${quoted(role)}` : `revoke rds_iam from ${quoted(role)}`,
        )
      }
      if (verifier !== null)
        await tx.unsafe(`alter role ${quoted(role)} password '${verifier.replaceAll("'", "''")}'`)
    }
  })
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`
