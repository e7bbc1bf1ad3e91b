import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { type Connection, connect } from '../../shared/db/client.ts'
import { explainFault } from '../../shared/db/explain-fault.ts'
import { type MigrationReport, migrate } from '../../shared/db/migrate.ts'
import { setProbeCadence } from '../../shared/db/policy.ts'
import { type RoleSignIn, setRoleSignIn } from '../../shared/db/role-sign-in.ts'
import { FUNCTIONS, type FunctionTable, functionSignIns } from '../../shared/domain/functions.ts'
import type { InitialPolicy } from '../../shared/domain/policy.ts'
import { scramVerifier } from '../../shared/domain/scram.ts'
import { parseEnvironment } from './config.ts'
import { withinDeadline } from './deadline.ts'
import { connectionOf } from './deps.ts'

/** Before Lambda's own 300 s, so that the stack's events say what took so long. */
export const MIGRATE_DEADLINE_MS = 240_000

const SALT_BYTES = 16
const FIRST_VERSION = 1

const migrateEnvironment = {
  /** Where Lambda puts the bundle; the migrations lie beside it. */
  LAMBDA_TASK_ROOT: z.string().min(1),
}

/** The variables that hold the passwords of roles, where roles have passwords. */
const passwordVariables = (table: FunctionTable): Record<string, z.ZodOptional<z.ZodString>> =>
  Object.fromEntries(
    functionSignIns(table).map(({ secret }) => [secret.variable, z.string().min(1).optional()]),
  )

/** The ports of the migrate function. The environment is read as it migrates: what is wrong there is a reason too. */
export function migratePorts(env: NodeJS.ProcessEnv, deadlineMs = MIGRATE_DEADLINE_MS) {
  return {
    migrate: async (initial: InitialPolicy): Promise<string> => {
      const config = parseEnvironment(env, { ...passwordVariables(FUNCTIONS), ...migrateEnvironment })
      const folder = join(config.LAMBDA_TASK_ROOT, 'migrations')
      const installation = { initial, signIns: roleSignIns(env, FUNCTIONS) }
      return sentence(await bringUpToDate(connectionOf(config), folder, installation, deadlineMs))
    },
    explain: explainFault,
  }
}

/** How the role of each function in `table` signs in: by the password that `env` has for it, otherwise by IAM. */
export const roleSignIns = (env: NodeJS.ProcessEnv, table: FunctionTable): RoleSignIn[] =>
  functionSignIns(table).map(({ role, secret }) => ({ role, verifier: verifierOf(env[secret.variable]) }))

const verifierOf = (password: string | undefined): string | null =>
  password === undefined ? null : scramVerifier(password, randomBytes(SALT_BYTES))

type Installation = { readonly initial: InitialPolicy; readonly signIns: readonly RoleSignIn[] }

async function bringUpToDate(
  connection: Connection,
  folder: string,
  { initial, signIns }: Installation,
  deadlineMs: number,
): Promise<MigrationReport> {
  const sql = connect(connection)
  // Not awaited: after a connection error end() may never settle (postgres.js 3.4.9).
  const giveUp = (): void => void sql.end({ timeout: 0 }).catch(() => {})
  const work = async (deadline: AbortSignal): Promise<MigrationReport> => {
    deadline.addEventListener('abort', giveUp)
    const report = await migrate(sql, folder)
    if (report.applied.includes(FIRST_VERSION)) await setProbeCadence(sql, initial)
    await setRoleSignIn(sql, signIns)
    return report
  }
  try {
    return await withinDeadline(deadlineMs, work)
  } finally {
    giveUp()
  }
}

const sentence = ({ applied, version }: MigrationReport): string =>
  applied.length === 0 ? `the database is at version ${version} already` : `applied ${applied.join(', ')}`
