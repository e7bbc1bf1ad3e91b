/**
 * A process of its own with as many loopback hosts as asked for, so that their work is not counted as the
 * prober's. Run as a program it is the farm; imported it starts one.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

export type Farm = AsyncDisposable & {
  readonly ports: readonly number[]
  /** From when it resolves, the hosts with these ports answer, or accept and hang up without a word. */
  readonly setUp: (ports: readonly number[], isUp: boolean) => Promise<void>
  /** How long every host waits before it speaks. */
  readonly setDelay: (delayMs: number) => Promise<void>
  /** Resolves when the hosts have seen the end of every connection: nothing of the work before is left to do. */
  readonly settled: () => Promise<void>
}

type Order =
  | { readonly ports: readonly number[]; readonly isUp: boolean }
  | { readonly delayMs: number }
  | 'settle'

const FILE = fileURLToPath(import.meta.url)

export async function startFarm(hosts: number, banner: 'ssh' | 'silent'): Promise<Farm> {
  const child = fork(FILE, [String(hosts), banner], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [ports] = (await once(child, 'message')) as [number[]]
  const order = async (order: Order): Promise<void> => {
    const obeyed = once(child, 'message')
    child.send(order)
    await obeyed
  }
  return {
    ports,
    setUp: (ports, isUp) => order({ ports, isUp }),
    setDelay: (delayMs) => order({ delayMs }),
    settled: () => order('settle'),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

async function farm(hosts: number, banner: string): Promise<void> {
  const down = new Set<number>()
  let delayMs = 0
  let open = 0
  const speak = (socket: Socket): void => {
    if (socket.localPort !== undefined && down.has(socket.localPort)) socket.destroy()
    else if (banner === 'ssh') socket.write('SSH-2.0-OpenSSH_9.9\r\n')
  }
  const ports = await Promise.all(
    Array.from({ length: hosts }, async () => {
      const server = createServer((socket) => {
        open++
        socket.on('error', () => {})
        socket.once('close', () => open--)
        if (delayMs === 0) speak(socket)
        else setTimeout(speak, delayMs, socket)
        socket.resume()
      }).listen({ port: 0, host: '127.0.0.1', backlog: 1024 })
      await once(server, 'listening')
      const address = server.address()
      return address !== null && typeof address !== 'string' ? address.port : 0
    }),
  )
  const settle = (): unknown => (open > 0 ? setImmediate(settle) : process.send?.('obeyed'))
  process.on('message', (order: Order) => {
    if (order === 'settle') return void settle()
    if ('delayMs' in order) delayMs = order.delayMs
    else for (const port of order.ports) order.isUp ? down.delete(port) : down.add(port)
    process.send?.('obeyed')
  })
  process.send?.(ports)
  process.once('disconnect', () => process.exit(0))
}

if (process.argv[1] === FILE) await farm(Number(process.argv[2]), process.argv[3] ?? 'ssh')
