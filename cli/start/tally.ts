import { describeError } from '../terminal/report-error.ts'
import { isOutage } from './watch-database.ts'

/** What the functions of a run have reported so far. */
export type Tally = {
  readonly onProbes: (count: number) => void
  readonly onFault: (error: unknown) => void
  /** Receives a fault that is a sentence already. */
  readonly onNotice: (sentence: string) => void
  readonly state: () => { readonly probes: number; readonly fault: string | null }
}

/**
 * Counts probes, and keeps the latest failure of a function. That a function could not reach the database is
 * forgotten with the next probe that has a result: by then it can.
 */
export function createTally(): Tally {
  let probes = 0
  let fault: { message: string; isOutage: boolean } | null = null
  return {
    onProbes: (count) => {
      probes += count
      if (count > 0 && fault?.isOutage) fault = null
    },
    onFault: (error) => {
      fault = { message: `a function failed: ${describeError(error)}`, isOutage: isOutage(error) }
    },
    onNotice: (sentence) => {
      fault = { message: sentence, isOutage: false }
    },
    state: () => ({ probes, fault: fault?.message ?? null }),
  }
}
