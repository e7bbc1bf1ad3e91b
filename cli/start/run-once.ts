import type { Command } from './command-line.ts'
import { type OnceResult, probeOnce } from './probe-once.ts'
import type { Session } from './session.ts'
import { summaryTable } from './view/summary-table.ts'

export type OnceOutput = {
  readonly write: (text: string) => void
  readonly colours: boolean
  /** How far the pass is, for one who watches; nothing where nobody does. */
  readonly onProgress: (done: number, total: number) => void
}

/** One pass over all hosts; a stop lets the invocation that is under way end. */
export async function runOnce(
  session: Session,
  command: Command,
  stop: AbortSignal,
  output: OnceOutput,
): Promise<void> {
  const startedMs = performance.now()
  const all: OnceResult[] = []
  const surroundings = { database: session.database, log: session.log, now: () => new Date() }
  for await (const results of probeOnce(surroundings, session.hosts, stop)) {
    all.push(...results)
    output.onProgress(all.length, session.hosts.length)
    if (command.json) output.write(results.map((result) => `${JSON.stringify(result)}\n`).join(''))
  }
  const seconds = (performance.now() - startedMs) / 1000
  if (!command.json) output.write(`${summaryTable(all, seconds, output.colours)}\n`)
}
