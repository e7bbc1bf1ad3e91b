import type { Sql } from '../../shared/db/client.ts'
import { type DriftRow, listDrifts } from '../../shared/db/drift-view.ts'

/** The longest time, in real time, from the date of an event to the commit of its transaction. */
const LONGEST_TRANSACTION_MS = 20_000

/**
 * Reads the drift that is new since the last call, each once. It is dated by when it was found, in real
 * time.
 */
export const createDriftFeed = (sql: Sql, startedAt: Date): (() => Promise<DriftRow[]>) =>
  createFeed({
    list: (since) => listDrifts(sql, since),
    dateOf: ({ recordedAt }) => recordedAt,
    startedAt,
    overlapMs: LONGEST_TRANSACTION_MS,
  })

function createFeed<Row extends { readonly id: string }>(source: {
  /** Lists the rows of this date or later, oldest first. */
  readonly list: (since: Date) => Promise<Row[]>
  readonly dateOf: (row: Row) => Date
  readonly startedAt: Date
  /** How far before the newest row a new row may still appear. */
  readonly overlapMs: number
}): () => Promise<Row[]> {
  const { list, dateOf, startedAt, overlapMs } = source
  let since = startedAt
  let seen = new Set<string>()
  return async () => {
    const rows = await list(since)
    const fresh = rows.filter(({ id }) => !seen.has(id))
    const newest = rows.at(-1)
    const newestMs = newest === undefined ? 0 : dateOf(newest).getTime()
    since = new Date(Math.max(since.getTime(), newestMs - overlapMs))
    seen = new Set(rows.filter((row) => dateOf(row) >= since).map(({ id }) => id))
    return fresh
  }
}
