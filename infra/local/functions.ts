import type { Writable } from 'node:stream'
import { createProbeHandler } from '../../functions/probe/handler.ts'
import type { FunctionDeps } from '../../functions/runtime/deps.ts'
import { createTelemetry } from '../../functions/runtime/telemetry.ts'
import type { ProbeAnswer } from '../../shared/contracts/probe-answer.ts'
import { openDatabase } from '../../shared/db/transaction.ts'
import { FUNCTIONS, type FunctionName, type SigningFunctionName } from '../../shared/domain/functions.ts'
import { functionName } from '../../shared/domain/names.ts'
import type { Environment } from './emulators/lambda/environments.ts'
import { createLambda, type Lambda } from './emulators/lambda/function.ts'
import type { LocalDatabase } from './postgres/local-database.ts'

/** What all functions on one machine need: the database, the clock, and an output for their logs. */
export type FunctionSurroundings = {
  readonly database: LocalDatabase
  readonly now: () => Date
  readonly log: Writable
}

/** What one function needs. */
type EnvironmentSurroundings = Omit<FunctionSurroundings, 'database'> & {
  readonly database: Pick<LocalDatabase, 'as'>
}

/** The stage that logs and metrics of functions on this machine name. */
export const STAGE = 'local'

/** The name and the ARN of a function on this machine: no account has either. */
export const localIdentity = (name: FunctionName): { readonly name: string; readonly arn: string } => ({
  name: functionName(STAGE, name),
  arn: `arn:aws:lambda:local:000000000000:function:${functionName(STAGE, name)}`,
})

/** Each environment holds a connection for as long as its probes take. */
const PROBE_CONCURRENCY = 16
/** As deployed: longer than the 15 s after which PostgreSQL ends an idle transaction of the probe. */
const TIMEOUT_MS = 20_000

export type ProbeLambda = Lambda<unknown, ProbeAnswer>

export type ProbeListener = {
  /** Receives how many hosts an invocation got a result of. */
  readonly onProbes: (count: number) => void
  readonly onFault: (error: unknown) => void
}

/** The settings of the probe function on this machine. */
export const PROBE_FUNCTION = {
  ...localIdentity('probe'),
  maxConcurrency: PROBE_CONCURRENCY,
  timeoutMs: TIMEOUT_MS,
}

/** Creates the probe function as Lambda runs it, with the rights that it has there. */
export function createProbeLambda(surroundings: FunctionSurroundings, listener?: ProbeListener): ProbeLambda {
  return createLambda<unknown, ProbeAnswer>({
    ...PROBE_FUNCTION,
    coldStart: () => probeEnvironment(surroundings),
    onResult: (result) => {
      if (result.outcome === 'failed') listener?.onFault(result.error)
      if (result.outcome !== 'succeeded') return
      listener?.onProbes(result.value.outcomes.filter(({ outcome }) => outcome === 'probed').length)
    },
  })
}

/** Starts an environment of the probe function. */
export function probeEnvironment(surroundings: EnvironmentSurroundings): Environment<unknown, ProbeAnswer> {
  const deps = functionDeps(surroundings, 'probe')
  return { handle: createProbeHandler(deps), dispose: deps.database.close }
}

/** Builds one environment's own dependencies of the function `name`, with the rights that its role has. */
export function functionDeps(
  { database, now, log }: EnvironmentSurroundings,
  name: SigningFunctionName,
): FunctionDeps {
  const { role, service } = FUNCTIONS[name]
  return {
    database: openDatabase(database.as(role)),
    telemetry: createTelemetry({ service, stage: STAGE, output: log }),
    now,
  }
}
