import { Writable } from 'node:stream'
import { createOperateHandler } from '../../../functions/operate/handler.ts'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import type { FunctionDeps } from '../../../functions/runtime/deps.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { type Connection, isConnectionFault } from '../../../shared/db/client.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { functionName } from '../../../shared/domain/names.ts'
import { createContext } from '../lambda/context.ts'
import { databaseOf } from '../scan/destination.ts'
import { stateFolder } from '../state-folder.ts'
import { DoorFault, type Invoke } from './door.ts'

const ROLES = { operate: 'awareness_operate', probe: 'awareness_probe' } as const
const STAGE = 'local'
const TIMEOUT_MS = 30_000

/** Beside the running product, or on the database of DATABASE_URL. @throws UserFault where there is neither. */
export const openLocal = (env: NodeJS.ProcessEnv) =>
  localInvoke(databaseOf({ env, stateFolder: stateFolder().folder }))

/**
 * The functions in this process, beside the product that runs on this machine: on its database, with the
 * rights that they have in AWS. `owner` signs in and takes on each function's role.
 */
export function localInvoke(owner: Connection): {
  readonly invoke: Invoke
  readonly close: () => Promise<void>
} {
  const operate = functionDeps(owner, 'operate')
  const probe = functionDeps(owner, 'probe')
  const handlers = { operate: createOperateHandler(operate), probe: createProbeHandler(probe) }
  return {
    invoke: async (folder, event) => {
      const name = functionName(STAGE, folder)
      const identity = { name, arn: `arn:aws:lambda:local:000000000000:function:${name}`, memoryMb: 256 }
      const answer = await handlers[folder](event, createContext(identity, TIMEOUT_MS)).catch(
        (error: unknown) => {
          throw new DoorFault(explained(error), { cause: error })
        },
      )
      // As from Lambda: an answer is JSON.
      return JSON.parse(JSON.stringify(answer))
    },
    close: async () => {
      await Promise.all([operate.database.close(), probe.database.close()])
    },
  }
}

function functionDeps(owner: Connection, folder: keyof typeof ROLES): FunctionDeps {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  return {
    database: openDatabase({ ...owner, settings: { ...owner.settings, role: ROLES[folder] } }),
    telemetry: createTelemetry({ service: ROLES[folder], stage: STAGE, output: nowhere }),
    now: () => new Date(),
  }
}

const INVALID_PARAMETER_VALUE = '22023'
const INSUFFICIENT_PRIVILEGE = '42501'
const UNDEFINED_TABLE = '42P01'

function explained(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = (error instanceof Error ? error.message || code : String(error)).replace(/\s+/g, ' ')
  if (isConnectionFault(error)) return `the database cannot be reached: ${message}`
  if (code === INVALID_PARAMETER_VALUE || code === UNDEFINED_TABLE) {
    return `the database is not set up for this version (${message}): npm start does it`
  }
  if (code === INSUFFICIENT_PRIVILEGE) return `the database refuses it: ${message}`
  return message
}
