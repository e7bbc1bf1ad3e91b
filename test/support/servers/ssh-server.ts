import { createServer } from 'node:net'
import { listen, stopListening } from './listen.ts'

/** A loopback server that identifies itself as SSH and waits. */
export async function startSshServer(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end('SSH-2.0-test\r\n')
  })
  const port = await listen(server)
  return { port, [Symbol.asyncDispose]: () => stopListening(server) }
}
