import { styleText } from 'node:util'
import { DEFAULT_LOCK_TABLE_ENTRIES, LAMBDA_CONCURRENCY_QUOTA, SCHEDULER_QUOTA } from './assumptions.ts'
import type { Scenario } from './scenario.ts'

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const beyond = (value: number, limit: number): string => `${whole(value)}${value > limit ? ' !' : ''}`

type Column = readonly [title: string, cell: (scenario: Scenario) => string]

/** `!` marks what is beyond a default. */
const COLUMNS: readonly Column[] = [
  ['hosts a schedule', (s) => whole(s.hostsPerSchedule)],
  ['down', (s) => `${s.downShare * 100} %`],
  ['schedules', (s) => beyond(s.schedules, SCHEDULER_QUOTA.schedules)],
  ['invocations a minute', (s) => whole(s.traffic.perMinuteMean)],
  ['peak / mean', (s) => s.peakOverMean.toFixed(2)],
  ['a second, at most', (s) => beyond(s.traffic.perSecondPeak, SCHEDULER_QUOTA.invocationsPerSecond)],
  ['connections at once', (s) => beyond(s.traffic.concurrentPeak, LAMBDA_CONCURRENCY_QUOTA)],
  ['locks at once', (s) => beyond(s.traffic.locksPeak, DEFAULT_LOCK_TABLE_ENTRIES)],
  ['full rewrite, min', (s) => s.rewrite.minutes.toFixed(1)],
  ['$ a month', (s) => (s.monthlyUsd < 100 ? s.monthlyUsd.toFixed(2) : whole(s.monthlyUsd))],
]

/** The scenarios as a table for a terminal. */
export function terminalTable(scenarios: readonly Scenario[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...scenarios.map(cellsOf)]
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '))
  return [styleText('bold', lines[0] ?? ''), ...lines.slice(1)].join('\n')
}

/** The scenarios as a table for a page in Markdown. */
export const markdownTable = (scenarios: readonly Scenario[]): string =>
  [COLUMNS.map(([title]) => title), COLUMNS.map(() => '---:'), ...scenarios.map(cellsOf)]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

const cellsOf = (scenario: Scenario): string[] => COLUMNS.map(([, cell]) => cell(scenario))

/** What became of the hosts that were walked one by one, in a sentence. */
export function walkedSentence(scenarios: readonly Scenario[]): string {
  const total = (key: 'hosts' | 'probes' | 'duplicates' | 'inFlight'): string =>
    whole(scenarios.reduce((sum, { walked }) => sum + walked[key], 0))
  const faults = scenarios.reduce((sum, { walked }) => sum + Math.abs(walked.missedOrFalse), 0)
  const longest = Math.max(...scenarios.map(({ walked }) => walked.longestWaitPeriods))
  return (
    `Counted for every schedule, and walked host by host through the probe function for a sample: ${total('hosts')} ` +
    `hosts in ${scenarios.length} scenarios, ${total('probes')} probes, ${total('duplicates')} duplicates and ` +
    `${total('inFlight')} hosts in flight turned away, ${whole(faults)} transitions missed or false, no host ` +
    `unprobed for longer than ${longest.toFixed(2)} of its periods.`
  )
}
