import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Connection } from '../../../../shared/db/client.ts'
import type { BenchHost, Round } from './contestant.ts'
import type { ProberKind } from './prober-process.ts'

export type Prober = AsyncDisposable & {
  readonly pid: number
  readonly round: (hosts: readonly BenchHost[]) => Promise<Round>
}

const FILE = fileURLToPath(new URL('./prober-process.ts', import.meta.url))

/** Starts bare sockets, or this system's function with its database, in a process of its own. */
export async function startProber(kind: ProberKind, connection: Connection): Promise<Prober> {
  const child = fork(FILE, [kind, JSON.stringify(connection)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the prober ended with ${code}`)
  })
  failed.catch(() => {})
  const answer = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, 'message'), failed])
    return message
  }
  await answer()
  return {
    pid: child.pid ?? 0,
    round: (hosts) => {
      const answered = answer()
      child.send(hosts)
      return answered as Promise<Round>
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
