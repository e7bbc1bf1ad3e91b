import type postgres from 'postgres'
import { isConnectionFault } from './connection-fault.ts'

/** A statement after the one that took a lock sees what the last holder of the lock has committed. */
export const READ_COMMITTED = 'isolation level read committed read write'

/** What runs in a transaction. `lost` aborts as soon as the connection is lost: the server has then rolled back. */
type Body<T> = (tx: postgres.TransactionSql, lost: AbortSignal) => Promise<T>

/**
 * Runs a body in a transaction, as `sql.begin` of the driver does, and fails as soon as the connection is lost.
 *
 * Nothing else may call `sql.begin`: a statement on a lost connection makes postgres.js 3.4.9 write to a socket that is
 * null, in a callback where nobody can catch the error, so the process ends. The driver sends such a statement itself:
 * the rollback of a transaction whose connection was lost. If the client has connected again, the statement even runs
 * in the transaction of somebody else. So no statement of a lost transaction is sent, and the driver never learns that
 * its body has ended.
 *
 * @param options what follows `begin`, such as READ_COMMITTED.
 */
export async function begin<T>(sql: postgres.Sql, options: string, body: Body<T>): Promise<T> {
  const lost = new AbortController()
  const transaction = sql.begin(options, async (tx) => {
    try {
      return { value: await body(watched(tx, lost), lost.signal) }
    } finally {
      if (lost.signal.aborted) await new Promise(() => {})
    }
  })
  // While no statement is under way, nothing but `begin` fails.
  transaction.catch((error) => lost.abort(error))
  const { value } = await Promise.race([transaction, rejectedBy(lost.signal)])
  return value as T
}

const rejectedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })

function watched(tx: postgres.TransactionSql, lost: AbortController): postgres.TransactionSql {
  const watch =
    <A extends unknown[], R>(create: (...args: A) => R) =>
    (...args: A): R => {
      const created = create(...args)
      if (isQuery(created)) watchQuery(created, lost)
      return created
    }
  return Object.assign(watch(tx), tx, { unsafe: watch(tx.unsafe) })
}

/** What the driver does with a query, and leaves out of its types. */
type Query = {
  /** Sends it. */
  handler: (query: Query) => void
  reject: (error: unknown) => void
}

/** Whether it is a whole statement, and not a part of one such as a name. */
const isQuery = (created: unknown): created is Query =>
  created instanceof Object && 'handler' in created && 'reject' in created

/**
 * The driver rejects a query as it finds the connection lost: earlier than anything that waits for the query can run.
 */
function watchQuery(query: Query, lost: AbortController): void {
  const send = query.handler
  query.handler = (sent) => (lost.signal.aborted ? sent.reject(lost.signal.reason) : send(sent))
  let { reject } = query
  Object.defineProperty(query, 'reject', {
    // A cursor sets another one for each of its pages.
    set: (next: Query['reject']) => {
      reject = next
    },
    get: () => (error: unknown) => {
      if (isConnectionFault(error)) lost.abort(error)
      reject(error)
    },
  })
}
