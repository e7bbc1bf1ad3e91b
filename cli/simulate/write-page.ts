import { readFileSync, writeFileSync } from 'node:fs'
import { UserError } from '../../shared/domain/errors.ts'
import { type Billed, markdownBills } from './bill-table.ts'
import { scaleChart } from './chart.ts'
import type { Scenario } from './scenario.ts'
import { describeWalk, markdownTable } from './table.ts'

const PAGE = new URL('../../docs/scale.md', import.meta.url)
const CHART = new URL('../../docs/scale.svg', import.meta.url)
const COST_PAGE = new URL('../../docs/cost.md', import.meta.url)
const MARKED_BILLS = /(<!-- simulate --bills -->\n)[\s\S]*?(<!-- end -->)/
/** The size of the fleet that the chart shows. */
export const CHARTED_HOSTS = 1_000_000

/** Matches the part of the page that the program writes for a fleet of this size, between two marks. */
const marked = (hosts: number): RegExp =>
  new RegExp(`(<!-- simulate --hosts ${hosts} -->\n)[^]*?(<!-- end -->)`)

/** Formats the part of the page for these scenarios. */
export const pageSection = (scenarios: readonly Scenario[]): string =>
  `\n${markdownTable(scenarios)}\n\n${describeWalk(scenarios)}\n`

/** Writes the page and the chart. @throws UserError when the page has no marks for a fleet of this size. */
export function writePage(scenarios: readonly Scenario[]): void {
  const hosts = scenarios[0]?.hosts ?? 0
  const page = readFileSync(PAGE, 'utf8')
  if (!marked(hosts).test(page)) throw new UserError([`docs/scale.md has no place for a fleet of ${hosts}`])
  writeFileSync(PAGE, page.replace(marked(hosts), `$1${pageSection(scenarios)}$2`))
  if (hosts === CHARTED_HOSTS) writeFileSync(CHART, scaleChart(scenarios))
}

/** Formats the part of the page on cost that the program writes. */
export const billsSection = (bills: readonly Billed[]): string => `\n${markdownBills(bills)}\n`

/** Writes the bills into the page on cost. */
export function writeBills(bills: readonly Billed[]): void {
  const page = readFileSync(COST_PAGE, 'utf8')
  writeFileSync(COST_PAGE, page.replace(MARKED_BILLS, `$1${billsSection(bills)}$2`))
}
