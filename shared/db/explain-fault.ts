import { isConnectionFault } from './connection-fault.ts'

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

const UNKNOWN_AUTHORITY =
  'no authority that is trusted here has signed the certificate of the server: RDS signs its own, and public ones are ' +
  'trusted beside it. Is this the server that was meant?'

/** What a refused certificate asks of whoever deploys, by Node.js' error code (https://nodejs.org/api/tls.html). */
const CERTIFICATE_ADVICE: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED:
    'the certificate of the server has expired: renew it (on RDS: modify the database, certificate authority)',
  CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet: are the clocks right?',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the certificate is for another name: give the endpoint as the RDS console shows it, not an address or an alias',
}

/** The server refused encryption, or closed the connection while it was negotiated. */
const TLS_CUT_OFF = /before secure TLS connection was established/

/** A fault of the database as a sentence that says what to do, for people who see nothing but it. */
export function explainFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  const advice = ADVICE[code] ?? CERTIFICATE_ADVICE[code]
  if (advice !== undefined) return `${error.message} (${code}): ${advice}`
  if (TLS_CUT_OFF.test(error.message)) {
    return `${error.message}: the server does not encrypt connections (ssl = on), or it was just being stopped`
  }
  if (isConnectionFault(error) || code === 'ENOTFOUND') {
    return (
      `the database does not answer: ${error.message || code}. Do the functions' subnets lead to it, ` +
      'does its security group let theirs in, and are host and port right?'
    )
  }
  return error.message
}
