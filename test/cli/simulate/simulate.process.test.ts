import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { MEMORY_GB } from '../../../cli/simulate/cost.ts'
import { type Scenario, WALKED_HOSTS } from '../../../cli/simulate/scenario.ts'
import { pageSection } from '../../../cli/simulate/write-page.ts'
import { PROBE_MEMORY_MB } from '../../../infra/aws/constructs/probe.ts'
import { ROOT } from '../../support/repository.ts'

const HOSTS = 10_000
const doc = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
const section = (hosts: number): string =>
  new RegExp(`<!-- simulate --hosts ${hosts} -->\n([^]*?)<!-- end -->`).exec(doc('scale.md'))?.[1] ?? ''
/** The rows of a table as lists of numbers. */
const figures = (markdown: string): number[][] =>
  markdown
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => Number(cell.replace(/[,%!]/g, ''))),
    )

/** What the program prints with --json: one scenario a line. */
async function simulated(...args: readonly string[]): Promise<Scenario[]> {
  const program = [join(ROOT, 'cli/simulate/main.ts'), '--json', ...args]
  const { stdout } = await promisify(execFile)(process.execPath, program)
  return stdout
    .trim()
    .split('\n')
    .map((line): Scenario => JSON.parse(line))
}

let scenarios: readonly Scenario[] = []
beforeAll(async () => {
  scenarios = await simulated('--hosts', String(HOSTS))
}, 120_000)

describe('a simulated day', () => {
  it('a simulated day probes every host within its period, and judges each as it is, once', () => {
    expect(scenarios).toHaveLength(9)
    for (const { walked } of scenarios) {
      expect(walked.hosts).toBeGreaterThanOrEqual(WALKED_HOSTS * 0.9)
      expect(walked.longestWaitPeriods).toBe(1)
      expect(walked.missedOrFalse).toBe(0)
      // From 6 minutes between two probes to 4.
      expect(walked.probes / walked.hosts).toBeGreaterThanOrEqual(240)
      expect(walked.probes / walked.hosts).toBeLessThanOrEqual(360)
    }
  })

  it('a simulated day turns away what comes twice, at once or later', () => {
    for (const { walked } of scenarios) {
      expect(walked.duplicates).toBeGreaterThan(0)
      expect(walked.inFlight).toBeGreaterThan(0)
    }
  })

  it('a simulated day is even: no minute has 1.3 times the invocations of the mean one', () => {
    for (const { peakOverMean } of scenarios) expect(peakOverMean).toBeLessThanOrEqual(1.3)
  })

  it('a simulated day packs as many hosts into a schedule as policy says, and never more', () => {
    for (const { hostsPerSchedule, mostHostsInASchedule, schedules, traffic } of scenarios) {
      expect(mostHostsInASchedule).toBeLessThanOrEqual(hostsPerSchedule)
      expect(schedules * hostsPerSchedule).toBeGreaterThanOrEqual(HOSTS)
      expect(traffic.invocations).toBeGreaterThanOrEqual(schedules * 240)
      expect(traffic.locksPeak).toBeLessThanOrEqual(traffic.concurrentPeak * hostsPerSchedule)
    }
  })

  it('a simulated day holds connections for as long as Little’s law has it', () => {
    for (const { traffic } of scenarios) {
      const mean = traffic.billedSeconds / 86_400
      expect(traffic.concurrentPeak).toBeGreaterThanOrEqual(mean)
    }
  })

  it('a simulated day costs more the more hosts are down, and less the more share a schedule', () => {
    const cost = (packed: number) =>
      scenarios.filter((s) => s.hostsPerSchedule === packed).map(({ monthlyUsd }) => monthlyUsd)
    for (const packed of [1, 100, 500]) expect(cost(packed)).toEqual(cost(packed).toSorted((a, b) => a - b))
    expect(Math.max(...cost(500))).toBeLessThan(Math.min(...cost(1)) / 10)
    expect(MEMORY_GB * 1024).toBe(PROBE_MEMORY_MB)
  })
})

describe('the bill of a simulated fleet', () => {
  it('the bill of a simulated fleet has the probes among its items', () => {
    for (const { bill, monthlyUsd } of scenarios)
      expect(bill['probes: Scheduler and Lambda']).toBe(monthlyUsd)
  })
})

describe('the page on scale', () => {
  it('the page on scale says of ten thousand hosts what the program says', () => {
    expect(section(HOSTS)).toBe(pageSection(scenarios))
  })

  it('the page on scale says of a million what is in proportion to that, and the chart says the same', () => {
    const million = figures(section(1_000_000))
    expect(million).toHaveLength(9)
    const [small, large] = [figures(section(HOSTS))[0], million[0]]
    expect(large?.[2]).toBe(1_000_000)
    expect((large?.[3] ?? 0) / (small?.[3] ?? 1)).toBeCloseTo(100, 0)
    const chart = doc('scale.svg')
    for (const row of million)
      for (const column of [5, 6, 7])
        expect(chart).toContain(`>${row[column]?.toLocaleString('en-US')}</text>`)
  })
})

describe('the page on cost', () => {
  it('the page on cost says the same of the probes of ten thousand hosts as the simulation', () => {
    const [, row = ''] = /^\| probes: Scheduler and Lambda \|(.*)\|$/m.exec(doc('cost.md')) ?? []
    const cost = (packed: number) =>
      scenarios.find((s) => s.hostsPerSchedule === packed && s.downShare === 0.02)?.monthlyUsd ?? 0
    expect(
      row
        .split('|')
        .slice(2, 4)
        .map((cell) => cell.trim()),
    ).toEqual([cost(1).toFixed(0), cost(500).toFixed(2)])
  })
})

it('npm run simulate -- --json prints one JSON object for each way to pack and each share that is down', async () => {
  const printed = await simulated('--hosts', '300', '--hosts-per-schedule', '1', '50')
  expect(printed.map(({ hosts, hostsPerSchedule }) => [hosts, hostsPerSchedule])).toEqual(
    [1, 1, 1, 50, 50, 50].map((packed) => [300, packed]),
  )
})
