import { DEFAULT_INTERVAL_MS } from '../../shared/domain/cadence.ts'
import { HostIdList } from '../../shared/domain/host-id-list.ts'
import { planSchedules } from '../../shared/domain/schedule-plan.ts'
import { formatTable } from '../terminal/table.ts'
import { BILL_ITEMS, type Bill, computeBill, totalUsd } from './bill.ts'
import { type BilledStage, billedSettings } from './billed-stage.ts'
import { simulatedFleet } from './fleet.ts'
import { computeTraffic } from './traffic.ts'

/** An installation whose bill is shown, and the title of its column. */
export type Billed = { readonly title: string; readonly bill: Bill }

/** The installations of docs/cost.md. */
const SHOWN: readonly { readonly stage: BilledStage; readonly hosts: number; readonly packed: number }[] = [
  { stage: 'small', hosts: 100, packed: 1 },
  { stage: 'prod', hosts: 1000, packed: 1 },
  { stage: 'prod', hosts: 10_000, packed: 1 },
  { stage: 'prod', hosts: 10_000, packed: 500 },
  { stage: 'prod', hosts: 100_000, packed: 1 },
  { stage: 'prod', hosts: 100_000, packed: 500 },
]
/** The share of the hosts that is down, of the bills that are shown. */
export const BILLED_DOWN_SHARE = 0.02

/** The bills of the installations of docs/cost.md. */
export const shownBills = (): Billed[] =>
  SHOWN.map(({ stage, hosts, packed }) => {
    const fleet = simulatedFleet(hosts)
    const policy = { intervalMs: DEFAULT_INTERVAL_MS, hostsPerSchedule: packed }
    const plan = [...planSchedules(HostIdList.of(fleet.hosts.map(({ id }) => id)), policy)]
    const traffic = computeTraffic(plan, fleet, BILLED_DOWN_SHARE)
    const load = { ...traffic, downShare: BILLED_DOWN_SHARE, hosts, schedules: plan.length }
    const title = `\`${stage}\`, ${hosts.toLocaleString('en-US')} hosts${packed === 1 ? '' : `, ${packed} per schedule`}`
    return { title, bill: computeBill(billedSettings(stage), load) }
  })

const dollars = (usd: number): string => (usd < 10 ? usd.toFixed(2) : Math.round(usd).toLocaleString('en-US'))

const HEADER = 'US dollars a month'

const formatRows = (billed: readonly Billed[]): string[][] => [
  ...BILL_ITEMS.map((item) => [item, ...billed.map(({ bill }) => dollars(bill[item]))]),
  ['all', ...billed.map(({ bill }) => dollars(totalUsd(bill)))],
]

/** Formats bills as a table for a page in Markdown. */
export const markdownBills = (billed: readonly Billed[]): string =>
  [[HEADER, ...billed.map(({ title }) => title)], ['---', ...billed.map(() => '---:')], ...formatRows(billed)]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

/** Formats bills as a table for a terminal. */
export const terminalBills = (billed: readonly Billed[], colours: boolean): string[] =>
  formatTable(
    [HEADER, ...billed.map(({ title }) => title.replaceAll('`', ''))],
    formatRows(billed).map((cells) => ({ cells })),
    { colours, columns: null, right: billed.map((_, i) => i + 1) },
  )
