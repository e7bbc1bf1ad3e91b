/** One environment of the probe function in a process of its own, as on Lambda: it can be killed and frozen. */
import { Writable } from 'node:stream'
import { createContext } from '../../../infra/local/emulators/lambda/context.ts'
import { PROBE_FUNCTION, probeEnvironment } from '../../../infra/local/functions.ts'
import type { Connection } from '../../../shared/db/client.ts'

export type ProbeOrder = {
  readonly id: number
  readonly event: unknown
  /** What this process is to take for the time, in ms since the epoch, and how many times as fast it runs. */
  readonly nowMs: number
  readonly speed: number
}

export type ProcessReply = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly error: { readonly name: string; readonly message: string; readonly code: string } }
)

const connection: Connection = JSON.parse(process.argv[2] ?? '')
const clock = { startMs: 0, startedMs: 0, speed: 1 }
const { handle } = probeEnvironment({
  database: { as: () => connection },
  log: new Writable({ write: (_chunk, _encoding, done) => done() }),
  now: () => new Date(clock.startMs + (performance.now() - clock.startedMs) * clock.speed),
})

async function obey({ id, event, nowMs, speed }: ProbeOrder): Promise<ProcessReply> {
  Object.assign(clock, { startMs: nowMs, startedMs: performance.now(), speed })
  try {
    const context = createContext({ ...PROBE_FUNCTION, memoryMb: 256 }, PROBE_FUNCTION.timeoutMs)
    return { id, value: await handle(event, context) }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { id, error: { name, message, code } }
  }
}

process.on('message', async (order: ProbeOrder) => process.send?.(await obey(order)))
process.once('disconnect', () => process.exit(0))
