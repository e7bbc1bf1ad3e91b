import { begin, READ_COMMITTED } from './begin.ts'
import { type Connection, connect, IDLE_TIMEOUT_SECONDS, type Sql, type Tx } from './client.ts'
import { isConnectionFault } from './connection-fault.ts'

/**
 * `write`: see READ_COMMITTED. `snapshot`: all statements see one state of the database, and can change nothing.
 */
export type TransactionKind = 'write' | 'snapshot'

const BEGIN_OPTIONS: Record<TransactionKind, string> = {
  write: READ_COMMITTED,
  snapshot: 'isolation level repeatable read read only',
}

/**
 * What runs in a transaction. `lost` aborts as soon as the connection is lost or the deadline passes: the server
 * rolls back and frees the locks, so whatever the locks protected must end at once.
 */
export type TransactionBody<T> = (tx: Tx, lost: AbortSignal) => Promise<T>

export type Transactions = {
  /** Commits when the body ends well, and rolls back when it throws. */
  readonly transaction: <T>(kind: TransactionKind, body: TransactionBody<T>) => Promise<T>
}

/** The database as a function has it: without a deadline there is no transaction. */
export type Database = {
  /** Transactions that end when `deadline` aborts. After that none is begun, begun again or committed. */
  readonly until: (deadline: AbortSignal) => Transactions
  readonly close: () => Promise<void>
}

/** The database as a program without a deadline has it. */
export type OpenDatabase = Database & Transactions

const CLOSE_TIMEOUT_SECONDS = 5
const NO_DEADLINE = new AbortController().signal

type Work<T> = {
  readonly kind: TransactionKind
  readonly body: TransactionBody<T>
  readonly deadline: AbortSignal
}

/**
 * Opens a database that connects at the first transaction, and again after the connection was lost.
 *
 * @param now the wall clock in ms: while a Lambda environment is frozen it goes on, and timers do not.
 */
export function openDatabase(to: Connection, now: () => number = Date.now): OpenDatabase {
  const clients = replaceableClient(to, now)

  async function attempt<T>(work: Work<T>, retries: number): Promise<T> {
    const { kind, body, deadline } = work
    deadline.throwIfAborted()
    const client = clients.borrow()
    const ended = new AbortController()
    const giveUp = (): void => {
      ended.abort(deadline.reason)
      clients.abandon(client)
    }
    deadline.addEventListener('abort', giveUp)
    let entered = false
    try {
      return await begin(client, BEGIN_OPTIONS[kind], async (tx, lost) => {
        // What comes from the server after the deadline neither starts the body nor commits what it did.
        deadline.throwIfAborted()
        entered = true
        lost.addEventListener('abort', () => ended.abort(lost.reason))
        const value = await body(tx, ended.signal)
        deadline.throwIfAborted()
        return value
      })
    } catch (error) {
      deadline.throwIfAborted()
      if (!isConnectionFault(error)) throw error
      clients.abandon(client)
      // The socket of a thawed environment may be dead. Only BEGIN was sent, so sending it again is safe.
      if (entered || retries === 0) throw error
    } finally {
      deadline.removeEventListener('abort', giveUp)
      clients.giveBack()
    }
    return attempt(work, retries - 1)
  }

  const until = (deadline: AbortSignal): Transactions => ({
    transaction: (kind, body) => attempt({ kind, body, deadline }, 1),
  })
  return { ...until(NO_DEADLINE), until, close: clients.close }
}

/** One client at a time, replaced when it was abandoned or nobody has used it for too long. */
function replaceableClient(to: Connection, now: () => number) {
  let current: Sql | undefined
  let borrowers = 0
  let idleSinceMs = now()

  /** The server rolls back and frees the locks of whatever is under way. The next borrower connects anew. */
  function abandon(client: Sql): void {
    if (client === current) current = undefined
    // Not awaited: after a connection error end() may never settle (postgres.js 3.4.9).
    client.end({ timeout: 0 }).catch(() => {})
  }

  return {
    abandon,
    borrow: (): Sql => {
      const isStale = borrowers === 0 && now() - idleSinceMs > IDLE_TIMEOUT_SECONDS * 1000
      if (current !== undefined && isStale) abandon(current)
      borrowers += 1
      current ??= connect(to)
      return current
    },
    giveBack: (): void => {
      borrowers -= 1
      idleSinceMs = now()
    },
    close: async (): Promise<void> => {
      await current?.end({ timeout: CLOSE_TIMEOUT_SECONDS })
      current = undefined
    },
  }
}
