import { connect as connectTcp, type Socket } from 'node:net'
import postgres from 'postgres'
import { verified } from './trust.ts'

export type Sql = postgres.Sql
export type Tx = postgres.TransactionSql
/** A client or a transaction of one: whatever runs a statement. */
export type AnySql = postgres.ISql
/** A part of a statement, which runs as a part of the statement into which it is put. */
export type Fragment = postgres.Fragment

/** Where the database is and who signs in. A password may be a function: IAM tokens last 15 minutes. */
export type Connection = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string | (() => Promise<string>)
  /** PEM of the certificate authority to trust; without it the connection is not encrypted. */
  readonly tlsCertificateAuthority?: string
  /** The connection is encrypted, but the server is not verified. */
  readonly tls?: 'unverified'
  /** Settings of the session, such as `role`; not through RDS Proxy, which takes none of them. */
  readonly settings?: Readonly<Record<string, string>>
}

const CONNECT_TIMEOUT_SECONDS = 5
/**
 * How long a connection may be idle. Shorter than a Lambda environment stays frozen between invocations: a router
 * may have forgotten the connection by then, and the first statement on it would never be answered.
 */
export const IDLE_TIMEOUT_SECONDS = 20

/**
 * Connects to PostgreSQL: nothing else does. A Lambda environment handles one event at a time, so it gets one
 * connection. Types are not fetched, which saves one round trip per connection. The driver then cannot serialise
 * arrays, so lists travel as one jsonb parameter.
 */
export function connect(to: Connection, maxConnections = 1): Sql {
  const options: Options = {
    host: to.host,
    port: to.port,
    database: to.database,
    username: to.username,
    password: to.password,
    ...encryption(to),
    max: maxConnections,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    idle_timeout: IDLE_TIMEOUT_SECONDS,
    fetch_types: false,
    connection: { application_name: 'fleet-awareness', ...to.settings },
    onnotice: () => {},
    socket: () => openSocket(to),
  }
  return postgres(options)
}

/** What the driver documents but leaves out of its types. */
type Options = postgres.Options<Record<string, never>> & { readonly socket: () => Socket }

/**
 * The driver leaves Nagle's algorithm on: a statement that is sent along with a long one then waits for the
 * first one's answer, which is a round trip more for an invocation of many hosts. Host and port are what the
 * driver names in its errors. A host that begins with a slash is the folder of the server's socket, as in libpq.
 */
const openSocket = ({ host, port }: Connection): Socket => {
  const to = host.startsWith('/') ? { path: socketPath(host, port) } : { host, port, noDelay: true }
  return Object.assign(connectTcp(to), { host, port })
}

/** The socket of a server that listens in a folder. */
export const socketPath = (folder: string, port: number): string => `${folder}/.s.PGSQL.${port}`

function encryption(to: Connection): Pick<postgres.Options<Record<string, never>>, 'ssl'> {
  if (to.tlsCertificateAuthority !== undefined) {
    return { ssl: verified(to.tlsCertificateAuthority, to.host) }
  }
  return to.tls === 'unverified' ? { ssl: 'require' } : {}
}
