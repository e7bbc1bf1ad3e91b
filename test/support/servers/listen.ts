import { once } from 'node:events'
import type { Server } from 'node:net'

/** Lets a server listen on a free port of an address, loopback unless it is given, and returns the port. */
export async function listen(server: Server, address = '127.0.0.1', port = 0): Promise<number> {
  server.listen(port, address)
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('not listening')
  return bound.port
}

/** Takes no more connections, and returns when the last one has ended. */
export async function stopListening(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
