import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

/** An HTTP server of this machine alone. */
export type LoopbackServer = {
  /** Its URL, for AWS_ENDPOINT_URL_… of the service that it plays. */
  readonly endpoint: string
  /** Drops every connection and closes. */
  readonly stop: () => Promise<void>
}

const LOOPBACK = '127.0.0.1'
/** Idle connections of the SDK's agent are not closed under it. */
const KEEP_ALIVE_MS = 60_000

/**
 * Starts it on a free port of 127.0.0.1.
 *
 * @param name what it is called where it gets no port
 */
export async function startLoopbackServer(name: string, listener: RequestListener): Promise<LoopbackServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, listener).listen(0, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error(`the ${name} got no port`)
  return {
    endpoint: `http://${LOOPBACK}:${address.port}`,
    stop: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
