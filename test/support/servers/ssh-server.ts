import { once } from 'node:events'
import { createServer } from 'node:net'

/** A loopback server that identifies itself as SSH and waits. */
export async function startSshServer(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end('SSH-2.0-test\r\n')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
