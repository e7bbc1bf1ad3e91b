import { formatTable } from '../terminal/table.ts'
import { DEFAULT_LOCK_TABLE_ENTRIES, LAMBDA_CONCURRENCY_QUOTA, SCHEDULER_QUOTA } from './assumptions.ts'
import type { Scenario } from './scenario.ts'

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const beyond = (value: number, limit: number): string => `${whole(value)}${value > limit ? ' !' : ''}`

type Column = readonly [title: string, cell: (scenario: Scenario) => string]

/** The columns. `!` marks a value that exceeds a default quota. */
const COLUMNS: readonly Column[] = [
  ['hosts per schedule', (s) => whole(s.hostsPerSchedule)],
  ['down', (s) => `${s.downShare * 100} %`],
  ['schedules', (s) => beyond(s.schedules, SCHEDULER_QUOTA.schedules)],
  ['invocations per minute', (s) => whole(s.traffic.perMinuteMean)],
  ['peak / mean', (s) => s.peakOverMean.toFixed(2)],
  ['per second, at most', (s) => beyond(s.traffic.perSecondPeak, SCHEDULER_QUOTA.invocationsPerSecond)],
  ['connections at once', (s) => beyond(s.traffic.concurrentPeak, LAMBDA_CONCURRENCY_QUOTA)],
  ['locks at once', (s) => beyond(s.traffic.locksPeak, DEFAULT_LOCK_TABLE_ENTRIES)],
  ['full rewrite, min', (s) => s.rewrite.minutes.toFixed(1)],
  ['$ per month', (s) => (s.monthlyUsd < 100 ? s.monthlyUsd.toFixed(2) : whole(s.monthlyUsd))],
]

/** Formats the scenarios as a table for a terminal. Lines are not cut, because a cut number would be wrong. */
export const terminalTable = (scenarios: readonly Scenario[], colours: boolean): string[] =>
  formatTable(
    COLUMNS.map(([title]) => title),
    scenarios.map((scenario) => ({ cells: formatCells(scenario) })),
    { colours, columns: null, right: COLUMNS.map((_, i) => i) },
  )

/** Formats the scenarios as a table for a page in Markdown. */
export const markdownTable = (scenarios: readonly Scenario[]): string =>
  [COLUMNS.map(([title]) => title), COLUMNS.map(() => '---:'), ...scenarios.map(formatCells)]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

const formatCells = (scenario: Scenario): string[] => COLUMNS.map(([, cell]) => cell(scenario))

/** Describes the result of the hosts that were simulated one by one. */
export function describeWalk(scenarios: readonly Scenario[]): string {
  const total = (key: 'hosts' | 'probes' | 'duplicates' | 'inFlight'): string =>
    whole(scenarios.reduce((sum, { walked }) => sum + walked[key], 0))
  const faults = scenarios.reduce((sum, { walked }) => sum + Math.abs(walked.missedOrFalse), 0)
  const longest = Math.max(...scenarios.map(({ walked }) => walked.longestWaitPeriods))
  return (
    `Every schedule was counted. A sample of the hosts was played through the probe function: ${total('hosts')} ` +
    `hosts in ${scenarios.length} scenarios with ${total('probes')} probes. ${total('duplicates')} duplicates and ` +
    `${total('inFlight')} hosts in flight were turned away, ${whole(faults)} transitions were missing or wrong, and ` +
    `no host waited for a probe longer than ${longest.toFixed(2)} of its periods.`
  )
}
