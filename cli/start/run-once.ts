import { formatCount, formatNumber } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import type { Command } from './command-line.ts'
import { type OnceResult, probeOnce } from './probe-once.ts'
import type { Session } from './session.ts'
import { formatSummary } from './view/summary-table.ts'

export type OnceOutput = Pick<Output, 'out' | 'colours' | 'columns'> & {
  /** Says how far the pass is; null where nobody watches. */
  readonly onProgress: ((line: string) => void) | null
}

/** Probes every host once; a stop lets the invocation that is under way end. */
export async function runOnce(
  session: Session,
  command: Command,
  stop: AbortSignal,
  output: OnceOutput,
): Promise<void> {
  const startedMs = performance.now()
  const total = session.hosts.length
  const all: OnceResult[] = []
  const surroundings = { database: session.database, log: session.log, now: () => new Date() }
  for await (const results of probeOnce(surroundings, session.hosts, stop)) {
    all.push(...results)
    if (all.length < total) {
      output.onProgress?.(`probed ${formatNumber(all.length)} of ${formatCount(total, 'host')}`)
    }
    if (command.json) for (const result of results) output.out(JSON.stringify(result))
  }
  const seconds = (performance.now() - startedMs) / 1000
  if (!command.json) formatSummary(all, seconds, output).forEach(output.out)
}
