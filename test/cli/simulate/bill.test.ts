import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BILL_ITEMS, computeBill, computeLogBytes, totalUsd } from '../../../cli/simulate/bill.ts'
import { shownBills } from '../../../cli/simulate/bill-table.ts'
import { billedSettings } from '../../../cli/simulate/billed-stage.ts'
import type { Load } from '../../../cli/simulate/load.ts'
import { billsSection } from '../../../cli/simulate/write-page.ts'
import { report } from '../../../functions/probe/report.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import type { HostOutcome } from '../../../shared/contracts/probe-answer.ts'
import { parseHostId } from '../../../shared/domain/ids.ts'
import { PRICES } from '../../../shared/domain/prices.ts'
import { collectOutput } from '../../support/functions/probe.ts'
import { ROOT } from '../../support/repository.ts'

const PAGE = readFileSync(join(ROOT, 'docs/cost.md'), 'utf8')

/** What CloudWatch Logs adds to each event when it counts bytes. */
const EVENT_OVERHEAD_BYTES = 26

const load = (changes: Partial<Load> = {}): Load => ({
  hosts: 1000,
  schedules: 1000,
  downShare: 0.02,
  invocations: 294_000,
  billedSeconds: 46_000,
  ...changes,
})

const bills = shownBills()
const sumMetrics = (column: number): string => {
  const billed = bills[column]
  return billed === undefined ? 'no such bill' : totalUsd(billed.bill).toFixed(0)
}

/** Bytes that CloudWatch bills for an ordinary invocation of so many hosts. */
function bytesWritten(hosts: number): number {
  const output = collectOutput()
  const telemetry = createTelemetry({ service: 'awareness-probe', stage: 'prod', output: output.stream })
  const outcomes = Array.from(
    { length: hosts },
    (_, i): HostOutcome => ({
      hostId: parseHostId('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0001'),
      outcome: 'probed',
      result: { kind: 'reachable', responseMs: 10 + (i % 80), identification: 'SSH-2.0-OpenSSH_9.9' },
      step: {
        next: { status: 'reachable', consecutiveFailures: 0, consecutiveSuccesses: 9 },
        transition: null,
      },
    }),
  )
  report(telemetry, { cause: 'schedule', outcomes, suspect: null, lagMs: 31_234 })
  telemetry.metrics.publishStoredMetrics()
  return output.lines.reduce((sum, line) => sum + JSON.stringify(line).length + EVENT_OVERHEAD_BYTES, 0)
}

describe('the page on cost', () => {
  it('the page on cost says what the program says', () => {
    const [, section] = /<!-- simulate --bills -->\n([\s\S]*?)<!-- end -->/.exec(PAGE) ?? []
    expect(section).toBe(billsSection(bills))
  })

  it('the pages for a first look name the same sums', () => {
    const [small, prod] = [0, 1].map((column) => sumMetrics(column))
    const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
    expect(read('README.md')).toContain(`about $${small} a month`)
    expect(read('docs/operations.md')).toContain(
      `about $${small} a month, and \`prod\` for 1,000 hosts about $${prod}`,
    )
  })

  it('the page on cost says when the prices were read', () => {
    const [, read] = /read (\d{4}-\d\d)/.exec(PAGE) ?? []
    expect(readFileSync(join(ROOT, 'shared/domain/prices.ts'), 'utf8')).toContain(`read ${read}`)
  })
})

describe('the bill', () => {
  it('the bill is the sum of its items', () => {
    const bill = computeBill(billedSettings('prod'), load())
    expect(Object.keys(bill)).toEqual([...BILL_ITEMS])
    expect(totalUsd(bill)).toBeCloseTo(
      Object.values(bill).reduce((sum, usd) => sum + usd, 0),
      9,
    )
    expect(Math.min(...Object.values(bill))).toBeGreaterThan(0)
  })

  it('the bill of a stage is as high as what the stage is for', () => {
    const [small = 0, dev = 0, prod = 0] = (['small', 'dev', 'prod'] as const).map((stage) =>
      totalUsd(computeBill(billedSettings(stage), load())),
    )
    expect(small).toBeLessThan(dev / 2)
    expect(dev).toBeLessThan(prod)
  })

  it('the bill of an existing network and database has neither', () => {
    const bill = computeBill(billedSettings('existing'), load())
    expect([bill.network, bill['database: instances'], bill['database: I/O']]).toEqual([0, 0, 0])
  })

  it('the bill has an endpoint in each subnet where the stack creates endpoints', () => {
    const settings = billedSettings('existing')
    const network = {
      kind: 'existing',
      vpcId: '',
      subnetIds: ['subnet-a', 'subnet-b'],
      endpoints: 'create',
      ipv6: false,
    } as const
    const bill = computeBill({ ...settings, network }, load())
    expect(bill.network).toBeCloseTo(5 * 2 * 720 * PRICES.endpointZoneHour, 9)
  })

  it('the bill has a write for each transaction, also where a transaction writes less than Aurora counts', () => {
    const io = (changes: Partial<Load>): number =>
      computeBill(billedSettings('prod'), load({ invocations: 1e6, ...changes }))['database: I/O']
    const minuteFunctions = io({ invocations: 0 })
    expect(io({}) - minuteFunctions).toBeCloseTo(30 * 1e6 * PRICES.auroraIo, 6)
    // A bucket of 500 hosts writes 76 KB: 19 times as much as Aurora counts as one.
    expect((io({ hosts: 500, schedules: 1 }) - minuteFunctions) / (30 * 1e6 * PRICES.auroraIo)).toBeCloseTo(
      19,
      0,
    )
  })

  it.each([1, 10, 100, 500])(
    'the bill counts as many bytes of logs as a probe of %i hosts writes, within a tenth',
    (hosts) => {
      const counted = computeLogBytes(load({ hosts, schedules: 1, downShare: 0 }))
      expect(counted / bytesWritten(hosts)).toBeGreaterThan(0.9)
      expect(counted / bytesWritten(hosts)).toBeLessThan(1.1)
    },
  )
})
