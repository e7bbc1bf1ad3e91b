import { formatCount, formatEndpoint, formatMilliseconds, formatNumber } from '../../terminal/format.ts'
import type { Output } from '../../terminal/output.ts'
import { formatTable, paint, type Row } from '../../terminal/table.ts'
import type { OnceResult } from '../probe-once.ts'

/** A fleet of so many is shown host by host; of a larger one only the hosts that did not answer. */
const MAX_HOSTS_SHOWN = 50

const HEADER = ['HOST', 'ADDRESS', 'STATUS', 'RESPONSE', 'DETAIL']
const RESPONSE_COLUMN = 3

/** Formats one pass over the fleet: a table of the hosts, or of those that did not answer, and the fleet in numbers. */
export function formatSummary(
  results: readonly OnceResult[],
  seconds: number,
  output: Pick<Output, 'colours' | 'columns'>,
): string[] {
  const failing = results.filter(({ response_ms }) => response_ms === null)
  const candidates = results.length <= MAX_HOSTS_SHOWN ? results : failing
  const shown = candidates.slice(0, MAX_HOSTS_SHOWN)
  const table = { ...output, right: [RESPONSE_COLUMN] }
  const lines = shown.length === 0 ? [] : formatTable(HEADER, shown.map(formatRow), table)
  const left = candidates.length - shown.length
  if (left > 0) lines.push(`… and ${formatNumber(left)} more that did not answer`)
  if (lines.length > 0) lines.push('')
  const total = `${formatCount(results.length, 'host')} in ${seconds.toFixed(1)} s: ${describeAnswers(results)}`
  lines.push(paint(total, 'bold', output.colours))
  for (const [reason, count] of countReasons(failing)) {
    lines.push(`  ${formatNumber(count).padStart(6)}  ${reason}`)
  }
  return lines
}

const formatRow = (result: OnceResult): Row => ({
  cells: [
    result.name,
    formatEndpoint(result.address, result.port),
    describeStatus(result),
    formatMilliseconds(result.response_ms),
    result.ssh_identification ?? describeFailure(result),
  ],
  paint: result.response_ms !== null ? undefined : result.outcome === 'probed' ? 'red' : 'yellow',
})

/** Why a host has not answered. */
const describeFailure = ({ error_type, outcome, reason }: OnceResult): string =>
  error_type ?? (reason === null ? outcome : `${outcome}: ${reason}`)

/** A host that has not failed often enough to be down is unknown; to a person it has not answered. */
const describeStatus = ({ status, error_type }: OnceResult): string =>
  status === 'unknown' && error_type !== null ? 'no answer' : status

function describeAnswers(results: readonly OnceResult[]): string {
  const times = results.flatMap(({ response_ms }) => response_ms ?? []).sort((a, b) => a - b)
  const percentile = (share: number): number | null =>
    times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? null
  const count = `${formatNumber(times.length)} answered, ${formatNumber(results.length - times.length)} did not`
  if (times.length === 0) return count
  return `${count}; response p50 ${formatMilliseconds(percentile(0.5))}, p99 ${formatMilliseconds(percentile(0.99))}`
}

function countReasons(failing: readonly OnceResult[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const result of failing) {
    const reason = describeFailure(result)
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)
}
