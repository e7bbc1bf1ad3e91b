import type { Tx } from './client.ts'

/**
 * The role of a function signs in with a password, given as its SCRAM verifier, or with an IAM token where that is
 * null.
 */
export type RoleSignIn = { readonly role: string; readonly verifier: string | null }

/**
 * Makes roles sign in as the installation says. On RDS a member of `rds_iam` can sign in with a token only, so
 * a role with a password leaves it.
 */
export async function setRoleSignIn(tx: Tx, signIns: readonly RoleSignIn[]): Promise<void> {
  const membersOfRdsIam = await readRdsIamMembers(tx)
  for (const { role, verifier } of signIns) {
    const isMember = membersOfRdsIam?.has(role)
    if (verifier === null && isMember === false) await tx.unsafe(`grant rds_iam to ${quoted(role)}`)
    if (verifier !== null && isMember === true) await tx.unsafe(`revoke rds_iam from ${quoted(role)}`)
    if (verifier !== null)
      await tx.unsafe(`alter role ${quoted(role)} password '${verifier.replaceAll("'", "''")}'`)
  }
}

type MemberRow = { name: string }

/** Null where there is no rds_iam: this is not RDS. */
async function readRdsIamMembers(tx: Tx): Promise<ReadonlySet<string> | null> {
  const [rds] = await tx<{ present: boolean }[]>`select to_regrole('rds_iam') is not null as present`
  if (rds?.present !== true) return null
  const rows = await tx<MemberRow[]>`
    select r.rolname as name
    from pg_auth_members m join pg_roles r on r.oid = m.member
    where m.roleid = to_regrole('rds_iam')`
  return new Set(rows.map(({ name }) => name))
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`
