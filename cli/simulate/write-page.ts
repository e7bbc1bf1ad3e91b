import { readFileSync, writeFileSync } from 'node:fs'
import { UserError } from '../../shared/domain/errors.ts'
import { scaleChart } from './chart.ts'
import type { Scenario } from './scenario.ts'
import { describeWalk, markdownTable } from './table.ts'

const PAGE = new URL('../../docs/scale.md', import.meta.url)
const CHART = new URL('../../docs/scale.svg', import.meta.url)
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
