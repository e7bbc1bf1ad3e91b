import { isConnectionFault } from './client.ts'

/** What PostgreSQL's error codes ask of whoever deploys. */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'the password of this user is wrong: look at the secret that the stage names',
  '28000':
    'this user may not sign in like this: look at pg_hba.conf or, on RDS, at who is a member of rds_iam (they sign in by IAM only) and whether the function may rds-db:connect as this user',
  '3D000': 'create the database first, or correct its name in the stage',
  '42501':
    'the owner of the schema has to be able to create roles and tables, and to grant on the tables there',
  '55P03': 'something else holds a lock for too long: deploy again when it is done',
}

/** A fault of the database as a sentence that says what to do, for people who see nothing but it. */
export function explainFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  const advice = ADVICE[code]
  if (advice !== undefined) return `${error.message} (${code}): ${advice}`
  if (isConnectionFault(error) || code === 'ENOTFOUND') {
    return (
      `the database does not answer: ${error.message || code}. Do the functions' subnets lead to it, ` +
      'does its security group let theirs in, and are host and port right?'
    )
  }
  return error.message
}
