import type { InvocationResult } from '../../../infra/local/emulators/lambda/invocation.ts'
import type { ProbeAnswer } from '../../../shared/contracts/probe-answer.ts'

/** What was seen, counted by what it was. */
export type Tally = {
  readonly count: (what: string, times?: number) => void
  readonly of: (what: string) => number
  /** The counts since the last call, in words, the most frequent first. */
  readonly take: () => string
}

export function createTally(): Tally {
  let counts = new Map<string, number>()
  return {
    count: (what, times = 1) => {
      counts.set(what, (counts.get(what) ?? 0) + times)
    },
    of: (what) => counts.get(what) ?? 0,
    take: () => {
      const words = [...counts]
        .sort(([, a], [, b]) => b - a)
        .map(([what, times]) => (what.startsWith('(') ? what : `${times} ${what}`))
      counts = new Map()
      return words.join(', ')
    },
  }
}

export const errorCode = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code !== '' ? String(error.code) : error.name
}

/** Counts an invocation by what came of it, and its hosts where it was not simply that they were probed. */
export function countProbe(tally: Tally, result: InvocationResult<unknown, ProbeAnswer>): void {
  if (result.outcome === 'failed') tally.count(`failed with ${errorCode(result.error)}`)
  else if (result.outcome !== 'succeeded') tally.count(`invocations ${result.outcome}`)
  else {
    const probed = result.value.outcomes.filter(({ outcome }) => outcome === 'probed').length
    if (probed > 0) tally.count('probes', probed)
    for (const outcome of result.value.outcomes) {
      if (outcome.outcome === 'inconclusive') tally.count(`probes inconclusive (${outcome.reason})`)
      else if (outcome.outcome !== 'probed') tally.count(`hosts ${outcome.outcome.replace('_', ' ')}`)
    }
  }
}
