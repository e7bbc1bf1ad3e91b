import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'

/** What a host does with a client that connects. In SSH the server may speak first, so it does not wait. */
export type Answer = (socket: Socket) => void
/** `dead`: nothing listens, and a connection is refused. */
export type Behaviour = Answer | 'dead'

const IDENTIFICATION = 'SSH-2.0-OpenSSH_9.9p1 Loopback\r\n'
const SLOW_MS = 400

/** Behaviours of healthy and of unhealthy hosts. */
export const BEHAVIOURS = {
  healthy: (socket) => socket.write(IDENTIFICATION),
  slow: (socket) => {
    const timer = setTimeout(() => socket.write(IDENTIFICATION), SLOW_MS)
    socket.once('close', () => clearTimeout(timer))
  },
  silent: () => {},
  not_ssh: (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  refusing: (socket) => socket.end('Exceeded MaxStartups\r\n'),
  dead: 'dead',
} as const satisfies Record<string, Behaviour>

export type LoopbackHost = AsyncDisposable & {
  readonly address: string
  /** A free port that the operating system chose. The host keeps it when its behaviour changes. */
  readonly port: number
  /** Changes the behaviour from the next connection on. Only `dead` also closes open connections. */
  readonly switchTo: (behaviour: Behaviour) => Promise<void>
  /** Closes every connection and stops listening. A stopped host is `dead`. */
  readonly stop: () => Promise<void>
}

export type Family = 4 | 6
const ADDRESS: Readonly<Record<Family, string>> = { 4: '127.0.0.1', 6: '::1' }

/** Lists the address families that have a loopback address on this machine: containers often have no IPv6. */
export function loopbackFamilies(): Family[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address))
  return ([4, 6] as const).filter((family) => addresses.includes(ADDRESS[family]))
}

/** Starts a real server on loopback that behaves as `behaviour` says, until it is switched to another one. */
export async function startLoopbackHost(behaviour: Behaviour, family: Family = 4): Promise<LoopbackHost> {
  const address = ADDRESS[family]
  let current = behaviour
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A prober that closes early resets the connection, which is expected.
    socket.on('error', () => {})
    socket.resume()
    if (current !== 'dead') current(socket)
  })

  const switchTo = async (next: Behaviour): Promise<void> => {
    current = next
    if (next !== 'dead' && !server.listening) await listen(server, port, address)
    if (next === 'dead' && server.listening) await close(server, sockets)
  }

  const port = await listen(server, 0, address)
  await switchTo(behaviour)
  const stop = () => switchTo('dead')
  return { address, port, switchTo, stop, [Symbol.asyncDispose]: stop }
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen({ port, host })
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has no port')
  return bound.port
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of sockets) socket.destroy()
  await closed
}
