import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { TestDatabase } from './database.ts'

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
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(db.owner.port, db.owner.host)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        server.destroy()
      })
    }
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
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const { port } = address
  return {
    database: { ...db, owner: { ...db.owner, port }, as: (role) => ({ ...db.as(role), port }) },
    roundTrips: () => waits,
    reset: () => {
      waits = 0
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
