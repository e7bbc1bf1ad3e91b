import type { Sql } from '../../shared/db/client.ts'
import { type ChangeRow, listChanges } from '../../shared/db/fleet-view.ts'

/** An event is dated before its transaction commits, and a transaction lasts less than this, in real time. */
const LONGEST_TRANSACTION_MS = 20_000

/** Reads the audit events that are new since the last call, each once, from `startedAt` in fleet time. */
export function createChangeFeed(sql: Sql, startedAt: Date, speed: number): () => Promise<ChangeRow[]> {
  let since = startedAt
  let seen = new Set<string>()
  return async () => {
    const rows = await listChanges(sql, since)
    const fresh = rows.filter(({ id }) => !seen.has(id))
    const newest = rows.at(-1)?.occurredAt.getTime() ?? 0
    since = new Date(Math.max(since.getTime(), newest - LONGEST_TRANSACTION_MS * speed))
    seen = new Set(rows.filter(({ occurredAt }) => occurredAt >= since).map(({ id }) => id))
    return fresh
  }
}
