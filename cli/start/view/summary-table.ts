import { styleText } from 'node:util'
import { counted, endpoint, milliseconds, plainNumber, printable } from '../../terminal/wording.ts'
import type { OnceResult } from '../probe-once.ts'

/** A fleet of so many is shown host by host; of a larger one only those that did not answer. */
const MAX_HOSTS_SHOWN = 50

type Row = readonly [name: string, where: string, status: string, response: string, detail: string]

/** One pass over the fleet as a table: the hosts, or those that did not answer, and the fleet in numbers. */
export function summaryTable(results: readonly OnceResult[], seconds: number, colours: boolean): string {
  const failing = results.filter(({ response_ms }) => response_ms === null)
  const candidates = results.length <= MAX_HOSTS_SHOWN ? results : failing
  const shown = candidates.slice(0, MAX_HOSTS_SHOWN)
  const bold = (text: string): string => (colours ? styleText('bold', text, { validateStream: false }) : text)
  const lines = table(shown, colours, bold)
  const left = candidates.length - shown.length
  if (left > 0) lines.push(`… and ${plainNumber(left)} more that did not answer`)
  if (lines.length > 0) lines.push('')
  lines.push(bold(`${counted(results.length, 'host')} in ${seconds.toFixed(1)} s: ${answers(results)}`))
  for (const [reason, count] of reasons(failing)) lines.push(`  ${plainNumber(count).padStart(6)}  ${reason}`)
  return lines.join('\n')
}

function table(results: readonly OnceResult[], colours: boolean, bold: (text: string) => string): string[] {
  if (results.length === 0) return []
  const header: Row = ['HOST', 'ADDRESS', 'STATUS', 'RESPONSE', 'DETAIL']
  const rows = results.map(tableRow)
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: Row): string =>
    row
      .map((cell, i) => (i === 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [bold(line(header)), ...rows.map((row, i) => painted(line(row), results[i], colours))]
}

const tableRow = (result: OnceResult): Row => [
  printable(result.name),
  endpoint(result.address, result.port),
  result.status,
  milliseconds(result.response_ms),
  result.ssh_identification ?? result.error_type ?? result.outcome,
]

function painted(line: string, result: OnceResult | undefined, colours: boolean): string {
  if (!colours || result === undefined || result.response_ms !== null) return line
  return styleText(result.outcome === 'probed' ? 'red' : 'yellow', line, { validateStream: false })
}

function answers(results: readonly OnceResult[]): string {
  const times = results.flatMap(({ response_ms }) => response_ms ?? []).sort((a, b) => a - b)
  const percentile = (share: number): number | null =>
    times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? null
  const count = `${plainNumber(times.length)} answered, ${plainNumber(results.length - times.length)} did not`
  return `${count}; response p50 ${milliseconds(percentile(0.5))}, p99 ${milliseconds(percentile(0.99))}`
}

function reasons(failing: readonly OnceResult[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { error_type, outcome } of failing) {
    const reason = error_type ?? outcome
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)
}
