import { connect, createServer, type Socket } from 'node:net'
import { listen, stopListening } from '../servers/listen.ts'

export type Line = AsyncDisposable & {
  /** Of 127.0.0.1: whoever connects to it talks to the server at the other end. */
  readonly port: number
  /** Ends every connection and refuses new ones, as a server does that is away. */
  readonly cut: () => Promise<void>
  /** Takes connections again, on the same port. */
  readonly restore: () => Promise<void>
}

/** How bytes travel between the two ends of a connection. */
export type Carry = (client: Socket, server: Socket) => void

const unchanged: Carry = (client, server) => void client.pipe(server).pipe(client)

/** A TCP line to a server that `carry` can slow down or watch, and that can be cut. */
export async function startLine(to: { host: string; port: number }, carry = unchanged): Promise<Line> {
  const sockets = new Set<Socket>()
  const listener = createServer((client) => {
    const server = connect({ host: to.host, port: to.port, noDelay: true })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        server.destroy()
        sockets.delete(socket)
      })
    }
    carry(client, server)
  })
  const cut = async (): Promise<void> => {
    if (!listener.listening) return
    const stopped = stopListening(listener)
    for (const socket of sockets) socket.destroy()
    await stopped
  }
  const port = await listen(listener)
  return {
    port,
    cut,
    restore: async () => void (await listen(listener, '127.0.0.1', port)),
    [Symbol.asyncDispose]: cut,
  }
}
