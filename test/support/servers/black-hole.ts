import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** A server whose thread sleeps for ever once it listens: the system queues two connections, and drops the rest. */
const SLEEPER = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** How long a connection to loopback may take before the queue counts as full. */
const FULL_AFTER_MS = 1000
const MOST_FILLERS = 64

/** A listener that accepts nobody and whose queue is full: whoever connects to it never hears back. */
export async function startBlackHole(): Promise<AsyncDisposable & { readonly port: number }> {
  const worker = new Worker(SLEEPER, { eval: true })
  const [port] = await once(worker, 'message')
  const fillers: Socket[] = []
  let full = false
  while (!full) {
    if (fillers.length === MOST_FILLERS)
      throw new Error(`${MOST_FILLERS} connections do not fill a queue of one`)
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => {})
    fillers.push(socket)
    full = !(await connects(socket))
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of fillers) socket.destroy()
      await worker.terminate()
    },
  }
}

async function connects(socket: Socket): Promise<boolean> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(FULL_AFTER_MS) })
    return true
  } catch {
    return false
  }
}
