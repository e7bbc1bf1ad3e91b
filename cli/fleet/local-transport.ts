import { Writable } from 'node:stream'
import { createOperateHandler } from '../../functions/operate/handler.ts'
import { createProbeHandler } from '../../functions/probe/handler.ts'
import type { FunctionDeps } from '../../functions/runtime/deps.ts'
import { createTelemetry } from '../../functions/runtime/telemetry.ts'
import { createContext } from '../../infra/local/emulators/lambda/context.ts'
import { type Endpoints, readEndpoints } from '../../infra/local/endpoints.ts'
import { localIdentity, STAGE } from '../../infra/local/functions.ts'
import { findDatabase } from '../../infra/local/running-database.ts'
import { stateFolder } from '../../infra/local/state-folder.ts'
import type { Connection } from '../../shared/db/client.ts'
import { isConnectionFault } from '../../shared/db/connection-fault.ts'
import { openDatabase } from '../../shared/db/transaction.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import { collapse, RefusedError } from '../terminal/report-error.ts'
import type { Invoke, OperatorTransport } from './operator-client.ts'

const TIMEOUT_MS = 30_000
const MEMORY_MB = 256

/**
 * Runs the functions in this process, beside the product that runs on this machine: on its database and by its
 * time, with the rights that they have in AWS. Or, where DATABASE_URL is set, on that database.
 *
 * @throws UserError where there is neither.
 */
export function openLocalTransport(env: NodeJS.ProcessEnv, folder = stateFolder().folder): OperatorTransport {
  const owner = findDatabase({ env, stateFolder: folder })
  const now = fleetClock(env.DATABASE_URL ? null : readEndpoints(folder))
  const operate = {
    ...functionDeps(owner, 'operate', now),
    installation: { stage: STAGE, serverParameters: {}, hasIpv6: true },
  }
  const probe = functionDeps(owner, 'probe', now)
  const handlers = { operate: createOperateHandler(operate), probe: createProbeHandler(probe) }
  const invoke: Invoke = async (folder, event) => {
    const identity = { ...localIdentity(folder), memoryMb: MEMORY_MB }
    const answer = await handlers[folder](event, createContext(identity, TIMEOUT_MS)).catch(
      (error: unknown) => {
        throw new RefusedError(describeFailure(error), { cause: error })
      },
    )
    // As from Lambda: an answer is JSON.
    return JSON.parse(JSON.stringify(answer))
  }
  const close = async (): Promise<void> => {
    await Promise.all([operate.database.close(), probe.database.close()])
  }
  return { invoke, now, close }
}

/** Tells fleet time: the demonstration's is ahead of the machine's, and runs faster. */
function fleetClock(running: Endpoints | null): () => Date {
  const clock = running?.clock
  if (clock === undefined) return () => new Date()
  const { speed } = clock
  const [fleetMs, machineMs] = [Date.parse(clock.fleetTime), Date.parse(clock.machineTime)]
  return () => new Date(fleetMs + (Date.now() - machineMs) * speed)
}

function functionDeps(owner: Connection, name: 'operate' | 'probe', now: () => Date): FunctionDeps {
  const { role, service } = FUNCTIONS[name]
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  return {
    database: openDatabase({ ...owner, settings: { ...owner.settings, role } }),
    telemetry: createTelemetry({ service, stage: STAGE, output: nowhere }),
    now,
  }
}

const INVALID_PARAMETER_VALUE = '22023'
const INSUFFICIENT_PRIVILEGE = '42501'
const UNDEFINED_TABLE = '42P01'

function describeFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = collapse(error instanceof Error ? error.message || code : String(error))
  if (isConnectionFault(error)) return `the database cannot be reached: ${message}`
  if (code === INVALID_PARAMETER_VALUE || code === UNDEFINED_TABLE) {
    return `the database is not set up for this version (${message}): npm start does it`
  }
  if (code === INSUFFICIENT_PRIVILEGE) return `the database refuses it: ${message}`
  return message
}
