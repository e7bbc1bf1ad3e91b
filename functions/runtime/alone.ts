import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { giveLeaseBack, type LeaseName, takeLease } from '../../shared/db/run-lease.ts'
import type { FunctionDeps } from './deps.ts'

/** The variable that says that Lambda does not reserve one environment for the function. */
export const OVERLAP_ENVIRONMENT = { MAY_OVERLAP: z.enum(['yes', 'no']).default('no') }

export type AloneDeps = FunctionDeps & {
  /** Whether runs could overlap, because Lambda does not reserve one environment for the function. */
  readonly mayOverlap?: boolean
}

/** The answer of a run that did nothing, because another one was under way. */
export type RunSkipped = { readonly skipped: 'another run is under way' }

/** Logs that a run did nothing, and returns its answer. */
export function skipRun({ telemetry }: AloneDeps): RunSkipped {
  telemetry.logger.warn('run skipped')
  return { skipped: 'another run is under way' }
}

/** Runs `body` unless another run is under way; null if one is. Where runs cannot overlap, nothing is asked. */
export async function alone<T>(
  { database, mayOverlap = false }: AloneDeps,
  { name, seconds }: { readonly name: LeaseName; readonly seconds: number },
  deadline: AbortSignal,
  body: () => Promise<T>,
): Promise<T | null> {
  if (!mayOverlap) return body()
  const { transaction } = database.until(deadline)
  const lease = { name, holder: randomUUID(), seconds }
  if (!(await transaction('write', (tx) => takeLease(tx, lease)))) return null
  try {
    return await body()
  } finally {
    // After the deadline no transaction begins: the lease then ends by itself.
    if (!deadline.aborted) await transaction('write', (tx) => giveLeaseBack(tx, lease.name, lease.holder))
  }
}
