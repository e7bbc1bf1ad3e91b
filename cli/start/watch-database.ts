import { setTimeout as delay } from 'node:timers/promises'
import { isConnectionFault } from '../../shared/db/connection-fault.ts'
import { describeError } from '../terminal/report-error.ts'

/** A time in which the database does not answer. */
export type Outage = {
  /** When it was noticed, by the machine's own clock. */
  readonly since: Date
  readonly reason: string
}

export type Reading<T> = { readonly value: T } | { readonly outage: Outage }

/** After so long without an answer the view reports it; the program goes on waiting. */
const ANSWER_WITHIN_MS = 3000

/** Whether an error, or what caused it, says that the database cannot be reached. */
export const isOutage = (error: unknown): boolean =>
  isConnectionFault(error) || (error instanceof Error && error.cause !== undefined && isOutage(error.cause))

/**
 * Reads from a database that may become unavailable for a while. Each call reads once, or waits for the reading that is
 * still under way, so that no answer is lost.
 * @throws what `read` throws, unless it is that the database cannot be reached
 */
export function watchDatabase<T>(
  read: () => Promise<T>,
  answerWithinMs = ANSWER_WITHIN_MS,
): () => Promise<Reading<T>> {
  let pending: Promise<{ value: T } | { reason: string }> | null = null
  let outage: Outage | null = null
  const attempt = async (): Promise<{ value: T } | { reason: string }> => {
    try {
      return { value: await read() }
    } catch (error) {
      if (!isOutage(error)) throw error
      return { reason: describeError(error) }
    } finally {
      pending = null
    }
  }
  return async () => {
    const timer = new AbortController()
    pending ??= attempt()
    const tooLate = delay(answerWithinMs, { reason: 'it takes too long' }, { signal: timer.signal })
    tooLate.catch(() => {})
    const result = await Promise.race([pending, tooLate]).finally(() => timer.abort())
    if ('value' in result) {
      outage = null
      return result
    }
    outage = { since: outage?.since ?? new Date(), reason: result.reason }
    return { outage }
  }
}
