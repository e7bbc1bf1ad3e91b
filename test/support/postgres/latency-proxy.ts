import type { TestDatabase } from './database.ts'
import { startLine } from './line.ts'

/** Long beside the time that loopback and a statement take, so that what travels together arrives together. */
const LATENCY_MS = 100

export type LatencyProxy = AsyncDisposable & {
  readonly database: TestDatabase
  /** How often the client has waited for the server since the last reset. */
  readonly roundTrips: () => number
  readonly reset: () => void
}

/** A line between client and server on which an answer takes a while, so that waits can be counted. */
export async function withLatency(db: TestDatabase): Promise<LatencyProxy> {
  let waits = 0
  const line = await startLine(db.owner, (client, server) => {
    client.pipe(server)
    let pending: Buffer[] = []
    server.on('data', (chunk) => {
      pending.push(chunk)
      if (pending.length > 1) return
      setTimeout(() => {
        waits++
        client.write(Buffer.concat(pending))
        pending = []
      }, LATENCY_MS)
    })
  })
  return {
    database: throughLine(db, line.port),
    roundTrips: () => waits,
    reset: () => {
      waits = 0
    },
    [Symbol.asyncDispose]: line[Symbol.asyncDispose],
  }
}

/** The same database, reached on another port. */
export const throughLine = (db: TestDatabase, port: number): TestDatabase => ({
  ...db,
  owner: { ...db.owner, port },
  as: (role) => ({ ...db.as(role), port }),
})
