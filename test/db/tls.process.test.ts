import { mkdtempSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../infra/local/postgres/server.ts'
import { type Connection, connect } from '../../shared/db/client.ts'
import { explainFault } from '../../shared/db/explain-fault.ts'
import { trusting } from '../../shared/db/trust.ts'
import { type Certificate, makeAuthority } from '../support/certificates.ts'

const authority = makeAuthority('the authority of this test')
const stranger = makeAuthority('somebody else')
const DAY_MS = 86_400_000
const PAST = { from: new Date(Date.now() - 2 * DAY_MS), until: new Date(Date.now() - DAY_MS) }

const startTlsServer = ({ certificate, key }: Certificate): Promise<PostgresServer> =>
  startPostgres({
    folder: mkdtempSync('/tmp/fleet-awareness-test-'),
    temporary: true,
    settings: ['ssl=on'],
    files: {
      ssl_cert_file: certificate,
      ssl_key_file: key,
      hba_file: 'hostssl all all 127.0.0.1/32 scram-sha-256\n',
    },
  })

let current: PostgresServer
let expired: PostgresServer
let unencrypted: PostgresServer

beforeAll(async () => {
  const plain = { folder: mkdtempSync('/tmp/fleet-awareness-test-'), temporary: true }
  ;[current, expired, unencrypted] = await Promise.all([
    startTlsServer(authority.issue(['localhost'])),
    startTlsServer(authority.issue(['localhost'], PAST)),
    startPostgres(plain),
  ])
})

afterAll(async () => {
  await Promise.all([current, expired, unencrypted].map((server) => server?.stop()))
})

const by = (server: PostgresServer, trusted: string, host = 'localhost'): Connection => ({
  ...server.admin,
  host,
  tlsCertificateAuthority: trusted,
})

/** What somebody is told who cannot connect; null where the server is trusted and answers. */
async function refusal(to: Connection): Promise<string | null> {
  const sql = connect(to)
  try {
    const [row] = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`
    expect(row).toEqual({ ssl: true })
    return null
  } catch (error) {
    return explainFault(error)
  } finally {
    sql.end({ timeout: 0 }).catch(() => {})
  }
}

describe('a connection that trusts an authority', () => {
  it('a connection that trusts an authority is encrypted, to a server with a certificate of that authority for its name', async () => {
    expect(await refusal(by(current, authority.certificate))).toBeNull()
  })

  it('a connection that trusts an authority is made as well where others are trusted beside it', async () => {
    const both = [stranger.certificate, authority.certificate].join('\n')
    expect(await refusal(by(current, both))).toBeNull()
  })

  it('a connection that trusts an authority is refused to a server that another authority has signed, and says whom to trust', async () => {
    expect(await refusal(by(current, stranger.certificate))).toMatch(
      /\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\): no authority that is trusted here has signed the certificate/,
    )
  })

  it('a connection that trusts an authority is refused to a server whose certificate has expired, and says what to renew', async () => {
    expect(await refusal(by(expired, authority.certificate))).toMatch(
      /\(CERT_HAS_EXPIRED\): the certificate of the server has expired: .*renew/,
    )
  })

  it('a connection that trusts an authority is refused to a server whose certificate is for another name, and says which name to give', async () => {
    expect(await refusal(by(current, authority.certificate, '127.0.0.1'))).toMatch(
      /\(ERR_TLS_CERT_ALTNAME_INVALID\): the certificate is for another name: .*endpoint/,
    )
  })

  it('a connection that trusts an authority is refused to a server that does not encrypt, and nothing is sent to it in plain text', async () => {
    expect(await refusal(by(unencrypted, authority.certificate))).toMatch(/does not encrypt connections/)
  })

  it('a connection that trusts an authority parses the authorities once, however often it connects', () => {
    expect(trusting(authority.certificate)).toBe(trusting(authority.certificate))
    expect(trusting(authority.certificate)).not.toBe(trusting(stranger.certificate))
  })
})
