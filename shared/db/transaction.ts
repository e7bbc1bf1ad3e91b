import { type Connection, connect, isConnectionFault, type Sql, type Tx } from './client.ts'

/**
 * `write`: READ COMMITTED, so that a statement after the one that took a lock sees what the lock's last
 * holder wrote. `snapshot`: all statements see one state of the database, and can change nothing.
 */
export type TransactionKind = 'write' | 'snapshot'

const BEGIN_OPTIONS: Record<TransactionKind, string> = {
  write: 'isolation level read committed read write',
  snapshot: 'isolation level repeatable read read only',
}

export type Database = {
  transaction: <T>(kind: TransactionKind, body: (tx: Tx) => Promise<T>) => Promise<T>
  /** Gives up on whatever is under way: the server rolls back and frees its locks. The next call connects anew. */
  abandon: () => void
  close: () => Promise<void>
}

const CLOSE_TIMEOUT_SECONDS = 5

/** The one door to transactions. */
export function openDatabase(to: Connection): Database {
  let client: Sql | undefined

  const abandon = (): void => {
    // Not awaited: after a connection error end() may never settle (postgres.js 3.4.9).
    client?.end({ timeout: 0 }).catch(() => {})
    client = undefined
  }

  async function attempt<T>(
    kind: TransactionKind,
    body: (tx: Tx) => Promise<T>,
    retries: number,
  ): Promise<T> {
    let entered = false
    client ??= connect(to)
    const used = client
    try {
      return (await used.begin(BEGIN_OPTIONS[kind], (tx) => {
        entered = true
        return body(tx)
      })) as T
    } catch (error) {
      if (!isConnectionFault(error)) throw error
      if (client === used) abandon()
      // The socket of a thawed environment may be dead. Only BEGIN was sent, so sending it again is safe.
      if (entered || retries === 0) throw error
      return attempt(kind, body, retries - 1)
    }
  }

  return {
    transaction: (kind, body) => attempt(kind, body, 1),
    abandon,
    close: async () => {
      await client?.end({ timeout: CLOSE_TIMEOUT_SECONDS })
      client = undefined
    },
  }
}
