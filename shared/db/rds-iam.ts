import type { Tx } from './client.ts'

/** Migrations would take the password sign-in from the user who runs them; nothing was changed. */
export class LockedOutError extends Error {
  override readonly name = 'LockedOutError'

  constructor({ user, through }: RdsIamMembership) {
    super(
      `after this, ${user} could no longer sign in with its password: RDS takes nothing but IAM tokens from members ` +
        'of rds_iam, also from indirect ones, and from PostgreSQL 16 on whoever creates a role is a member of it ' +
        `(${through.join(', ')}). Let this user sign in by IAM, or give the functions passwords`,
    )
  }
}

type MembershipRow = { user: string; is_member: boolean; through: string[] }

export type RdsIamMembership = {
  readonly user: string
  /**
   * Whether pg_hba.conf counts the user as a member: whatever the options of the membership, and not for being a
   * superuser.
   */
  readonly isMember: boolean
  /** The roles that the user is a member of and that lead to rds_iam. */
  readonly through: readonly string[]
}

/** Reads how the session's user is a member of rds_iam: not at all where there is no such role. */
export async function readRdsIamMembership(tx: Tx): Promise<RdsIamMembership> {
  const [row] = await tx<MembershipRow[]>`
    with recursive roles_of as (
      select roleid, roleid as first from pg_auth_members where member = session_user::regrole
      union
      select m.roleid, r.first from pg_auth_members m join roles_of r on m.member = r.roleid
    ), starts as (
      select distinct first from roles_of where roleid = to_regrole('rds_iam')
    )
    select session_user::text as user, exists (select from starts) as is_member, (
      select coalesce(jsonb_agg(first::regrole::text order by first::regrole::text), '[]')
      from starts where first <> to_regrole('rds_iam')
    ) as through`
  if (row === undefined) throw new Error('no row was returned')
  return { user: row.user, isMember: row.is_member, through: row.through }
}
