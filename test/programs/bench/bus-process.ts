/**
 * An event bus in a process of its own, so that its work is not counted as the publisher's. Run as a program it is
 * the bus; imported it starts one.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startEventBus } from '../../../infra/local/emulators/event-bus/server.ts'

export type BusProcess = AsyncDisposable & { readonly endpoint: string; readonly busName: string }

const FILE = fileURLToPath(import.meta.url)
const BUS_NAME = 'fleet-awareness-bench'

export async function startBusProcess(answerAfterMs: number): Promise<BusProcess> {
  const child = fork(FILE, [String(answerAfterMs)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [endpoint] = (await once(child, 'message')) as [string]
  return {
    endpoint,
    busName: BUS_NAME,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

if (process.argv[1] === FILE) {
  const answerAfterMs = Number(process.argv[2])
  const bus = await startEventBus({
    buses: [BUS_NAME],
    now: () => new Date(),
    onEvent: () => {},
    answerAfterMs,
  })
  process.send?.(bus.endpoint)
  process.once('disconnect', () => process.exit(0))
}
