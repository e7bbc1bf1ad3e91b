import { setTimeout as delay } from 'node:timers/promises'
import { createOperateHandler } from '../../../functions/operate/handler.ts'
import type { Clock } from '../clock.ts'
import { createContext } from '../emulators/lambda/context.ts'
import { type FunctionSurroundings, functionDeps, localIdentity, STAGE } from '../functions.ts'

export type DemonstrationOperator = {
  /** Waits for a command that is under way, and gives no other. */
  readonly stop: () => Promise<void>
}

export type DemonstrationOperatorOptions = FunctionSurroundings & {
  readonly clock: Pick<Clock, 'realMs'>
  readonly onFault: (error: unknown) => void
}

const MINUTE_MS = 60_000
const HOSTS = ['api-*']
/** Two of these hosts go down within it, and one of them is still down when it ends. */
const MAINTENANCE_MS = 60 * MINUTE_MS
const PAUSE_MS = 120 * MINUTE_MS
const TIMEOUT_MS = 30_000
const MEMORY_MB = 256

/** Plays an operator, who puts the same hosts under maintenance for an hour of fleet time again and again. */
export function startDemonstrationOperator(options: DemonstrationOperatorOptions): DemonstrationOperator {
  const deps = functionDeps(options, 'operate')
  const installation = { stage: STAGE, serverParameters: {}, hasIpv6: true }
  const handler = createOperateHandler({ ...deps, installation })
  const stopping = new AbortController()
  const command = {
    command: 'maintenance.start',
    hosts: HOSTS,
    duration_ms: MAINTENANCE_MS,
    reason: 'kernel upgrade',
  }
  const work = async (): Promise<void> => {
    const identity = { ...localIdentity('operate'), memoryMb: MEMORY_MB }
    while (!stopping.signal.aborted) {
      await handler(command, createContext(identity, TIMEOUT_MS)).catch(options.onFault)
      const pauseMs = options.clock.realMs(MAINTENANCE_MS + PAUSE_MS)
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const working = work()
  return {
    stop: async () => {
      stopping.abort()
      await working
      await deps.database.close()
    },
  }
}
