import type { HostId } from '../../../../shared/domain/ids.ts'

export type BenchHost = { readonly id: HostId; readonly port: number }

export type Round = { readonly seconds: number; readonly latenciesMs: readonly number[] }

/** One who probes all hosts in a round. */
export type Contestant = AsyncDisposable & {
  readonly name: string
  /** Probes under way at a time; null: all hosts. */
  readonly inFlight: number | null
  readonly round: (hosts: readonly BenchHost[]) => Promise<Round>
  /** CPU time spent on probing until now, with all processes that take part; null if it cannot be told. */
  readonly cpuMicros: () => Promise<number | null>
  readonly peakResidentMiB: () => number | null
}

/** Does the work on every item, so many at a time, and takes the time of each. */
export async function timeEach<T>(
  items: readonly T[],
  inFlight: number,
  work: (item: T) => Promise<unknown>,
): Promise<Round> {
  const latenciesMs: number[] = []
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) {
      const itemStartedAt = performance.now()
      await work(item)
      latenciesMs.push(performance.now() - itemStartedAt)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: Math.min(inFlight, items.length) }, worker))
  return { seconds: (performance.now() - startedAt) / 1000, latenciesMs }
}
