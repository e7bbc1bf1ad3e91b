import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { createLogsClient, expireLogs } from '../../shared/aws/log-groups.ts'
import type { Connection, Sql } from '../../shared/db/client.ts'
import { explainFault } from '../../shared/db/explain-fault.ts'
import { type MigrateOptions, type MigrationReport, migrate } from '../../shared/db/migrate.ts'
import { setProbeCadence } from '../../shared/db/policy.ts'
import { markAllSchedulesPending } from '../../shared/db/probe-schedules.ts'
import { type RoleSignIn, setRoleSignIn } from '../../shared/db/role-sign-in.ts'
import { readServerParameters } from '../../shared/db/server-parameters.ts'
import {
  FUNCTIONS,
  type FunctionSignIn,
  type FunctionTable,
  functionSignIns,
} from '../../shared/domain/functions.ts'
import type { InitialPolicy } from '../../shared/domain/policy.ts'
import { scramVerifier } from '../../shared/domain/scram.ts'
import { parameterWarnings, type ServerParameters } from '../../shared/domain/server-parameters.ts'
import { parseEnvironment, SERVER_PARAMETERS } from './config.ts'
import { withinDeadline } from './deadline.ts'
import { readOwnerSecret } from './owner-secret.ts'
import { ownerConnections, signInAsOwner } from './owner-sign-in.ts'

/** The deadline is before Lambda's own timeout of 300 s, so that the stack's events say what took so long. */
export const MIGRATE_DEADLINE_MS = 240_000

const SALT_BYTES = 16
const FIRST_VERSION = 1

const migrateEnvironment = {
  /** Where Lambda puts the bundle; the migrations lie beside it. */
  LAMBDA_TASK_ROOT: z.string().min(1),
  SERVER_PARAMETERS,
  /** The log group that RDS creates for the database, which keeps everything unless somebody says for how long. */
  DATABASE_LOG_GROUP: z.string().min(1).optional(),
  DATABASE_LOG_DAYS: z.coerce.number().int().min(1).optional(),
}

/** The variables that hold the passwords of roles, where roles have passwords and there is no secret. */
const passwordVariables = (table: FunctionTable): Record<string, z.ZodOptional<z.ZodString>> =>
  Object.fromEntries(
    functionSignIns(table).map(({ secret }) => [secret.variable, z.string().min(1).optional()]),
  )

/** The ports of the migrate function. The environment is read as it migrates: what is wrong there is a reason too. */
export function migratePorts(env: NodeJS.ProcessEnv, deadlineMs = MIGRATE_DEADLINE_MS) {
  return {
    migrate: async ({ initial, isOther }: { readonly initial: InitialPolicy; readonly isOther: boolean }) => {
      const config = parseEnvironment(env, { ...passwordVariables(FUNCTIONS), ...migrateEnvironment })
      let actual: ServerParameters = {}
      const readSecret = () => readOwnerSecret(config)
      const secret = config.DATABASE_AUTH === 'secret' ? await readSecret() : null
      const signIns = roleSignIns(
        ({ field, variable }) => (secret === null ? (env[variable] ?? null) : secret(field)),
        FUNCTIONS,
      )
      const report = await bringUpToDate(ownerConnections(config, readSecret), deadlineMs, {
        folder: join(config.LAMBDA_TASK_ROOT, 'migrations'),
        complete: async (tx, { applied }) => {
          if (applied.includes(FIRST_VERSION)) await setProbeCadence(tx, initial)
          await setRoleSignIn(tx, signIns)
          if (isOther) await markAllSchedulesPending(tx)
          actual = await readServerParameters(tx)
        },
        hasToken: config.DATABASE_AUTH === 'iam' || config.DATABASE_AUTH === 'iam_or_secret',
      })
      const warnings = parameterWarnings(config.SERVER_PARAMETERS, actual)
      return { done: sentence(report), warnings: [...warnings, ...(await limitLogs(config))] }
    },
    explain: explainFault,
  }
}

/** A deployment does not fail for it: what it comes to is a warning. */
async function limitLogs({
  DATABASE_LOG_GROUP: logGroupName,
  DATABASE_LOG_DAYS: days,
}: {
  readonly DATABASE_LOG_GROUP?: string | undefined
  readonly DATABASE_LOG_DAYS?: number | undefined
}): Promise<string[]> {
  if (logGroupName === undefined || days === undefined) return []
  try {
    await expireLogs(createLogsClient(), { logGroupName, days })
    return []
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [`the log group ${logGroupName} keeps everything, because its retention could not be set: ${why}`]
  }
}

/** How the role of each function in `table` signs in: by the password that is found for it, otherwise by IAM. */
export const roleSignIns = (
  passwordIn: (secret: FunctionSignIn['secret']) => string | null,
  table: FunctionTable,
): RoleSignIn[] =>
  functionSignIns(table).map(({ role, secret }) => ({ role, verifier: createVerifier(passwordIn(secret)) }))

const createVerifier = (password: string | null): string | null =>
  password === null ? null : scramVerifier(password, randomBytes(SALT_BYTES))

async function bringUpToDate(
  ways: readonly Connection[],
  deadlineMs: number,
  { folder, ...options }: MigrateOptions & { readonly folder: string },
): Promise<MigrationReport> {
  let client: Sql | undefined
  // Not awaited: after a connection error end() may never settle (postgres.js 3.4.9).
  const giveUp = (): void => void client?.end({ timeout: 0 }).catch(() => {})
  const work = async (deadline: AbortSignal): Promise<MigrationReport> => {
    deadline.addEventListener('abort', giveUp)
    const sql = await signInAsOwner(ways, deadline, (attempt) => {
      client = attempt
    })
    return migrate(sql, folder, options)
  }
  try {
    return await withinDeadline(deadlineMs, work)
  } finally {
    giveUp()
  }
}

const sentence = ({ applied, version }: MigrationReport): string =>
  applied.length === 0 ? `the database is at version ${version} already` : `applied ${applied.join(', ')}`
