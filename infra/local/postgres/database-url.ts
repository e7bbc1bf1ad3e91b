import { readFileSync } from 'node:fs'
import type { Connection } from '../../../shared/db/client.ts'
import { UserError } from '../../../shared/domain/errors.ts'

const DEFAULT_PORT = 5432

/**
 * Reads DATABASE_URL. Its host may be a folder with the server's socket: `?host=/var/run/postgresql`.
 * @throws UserError for anything but a `postgres://` or `postgresql://` URL. It never shows the password.
 */
export function parseDatabaseUrl(text: string, defaultUser: string): Connection {
  // libpq takes a user without a host, for a socket; the URL standard does not.
  const standard = text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?]|$)/, '$1localhost')
  const url = URL.canParse(standard) ? new URL(standard) : null
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new UserError(['DATABASE_URL: not of the form postgres://user:password@host:5432/database'])
  }
  const username = decodePart(url.username) || defaultUser
  return {
    host: url.searchParams.get('host') ?? (decodePart(url.hostname).replace(/^\[|\]$/g, '') || 'localhost'),
    port: Number(url.port || url.searchParams.get('port') || DEFAULT_PORT),
    database: decodePart(url.pathname.slice(1)) || username,
    username,
    password: decodePart(url.password),
    ...encryption(url.searchParams),
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new UserError(['DATABASE_URL: a % in it must be written as %25'], { cause })
  }
}

function encryption(parameters: URLSearchParams): Pick<Connection, 'tls' | 'tlsCertificateAuthority'> {
  const mode = parameters.get('sslmode') ?? 'disable'
  if (mode === 'disable' || mode === 'allow' || mode === 'prefer') return {}
  if (mode === 'require') return { tls: 'unverified' }
  const file = parameters.get('sslrootcert')
  if ((mode !== 'verify-ca' && mode !== 'verify-full') || file === null) {
    throw new UserError([
      'DATABASE_URL: sslmode is disable, require, or verify-full together with sslrootcert=FILE',
    ])
  }
  try {
    return { tlsCertificateAuthority: readFileSync(file, 'utf8') }
  } catch (cause) {
    throw new UserError([`DATABASE_URL: sslrootcert ${file} cannot be read`], { cause })
  }
}

/** Names a connection to the user, without the password. */
export const formatConnection = ({ username, host, port, database }: Connection): string =>
  `${username}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`
