import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatCount, formatNumber } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import type { Command } from './command-line.ts'
import { type OnceResult, probeOnce } from './probe-once.ts'
import type { Session } from './session.ts'
import { isInterrupted } from './stop-signal.ts'
import { formatSummary } from './view/summary-table.ts'

export type OnceOutput = Pick<Output, 'out' | 'err' | 'colours' | 'columns'> & {
  /** Says how far the pass is; null where nobody watches. */
  readonly onProgress: ((line: string) => void) | null
}

/**
 * Probes every host once; a stop lets the invocation that is under way end. Returns the exit code: interrupted,
 * or failed where no host answered.
 */
export async function runOnce(
  session: Session,
  command: Command,
  stop: AbortSignal,
  output: OnceOutput,
): Promise<ExitCode> {
  const startedMs = performance.now()
  const total = session.hosts.length
  const all: OnceResult[] = []
  const surroundings = { database: session.database, log: session.log, now: session.clock.now }
  for await (const results of probeOnce(surroundings, session.hosts, stop)) {
    all.push(...results)
    if (all.length < total) {
      output.onProgress?.(`probed ${formatNumber(all.length)} of ${formatCount(total, 'host')}`)
    }
    if (command.json) for (const result of results) output.out(JSON.stringify(result))
  }
  const seconds = (performance.now() - startedMs) / 1000
  if (!command.json) formatSummary(all, seconds, output).forEach(output.out)
  const left = total - all.length
  if (left > 0 && isInterrupted(stop)) {
    const were = left === 1 ? 'was' : 'were'
    output.err(`interrupted: ${formatNumber(left)} of ${formatCount(total, 'host')} ${were} not probed`)
    return EXIT.interrupted
  }
  return all.some(({ response_ms }) => response_ms !== null) || left > 0 ? EXIT.done : EXIT.failed
}
