import { DEFAULT_LOCK_TABLE_ENTRIES, LAMBDA_CONCURRENCY_QUOTA, SCHEDULER_QUOTA } from './assumptions.ts'
import { DOWN_SHARES, type Scenario } from './scenario.ts'

type Panel = {
  readonly title: string
  readonly value: (scenario: Scenario) => number
  readonly limit: { readonly value: number; readonly name: string } | null
}

const PANELS: readonly Panel[] = [
  { title: 'US dollars per month', value: (s) => s.monthlyUsd, limit: null },
  {
    title: 'Invocations, busiest second',
    value: (s) => s.traffic.perSecondPeak,
    limit: { value: SCHEDULER_QUOTA.invocationsPerSecond, name: 'quota of Scheduler' },
  },
  {
    title: 'Connections held at once',
    value: (s) => s.traffic.concurrentPeak,
    limit: { value: LAMBDA_CONCURRENCY_QUOTA, name: 'quota of Lambda' },
  },
  {
    title: 'Locks held at once',
    value: (s) => s.traffic.locksPeak,
    limit: { value: DEFAULT_LOCK_TABLE_ENTRIES, name: 'default of PostgreSQL' },
  },
]

/** All in pixels. */
const PANEL = { width: 420, height: 250, left: 16, top: 64, plotTop: 48, plotHeight: 150, gap: 30 } as const
const BAR = { width: 34, gap: 6, groupGap: 26 } as const
const WIDTH = 2 * PANEL.width + PANEL.gap + 2 * PANEL.left
const HEIGHT = PANEL.top + 2 * PANEL.height + 16

/** The colours differ in lightness too, and are visible on white and on black. */
const COLOURS = ['#c2571a', '#2f7fc1', '#3a9a5c']

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #6e7781 }
    .title { font-size: 17px; font-weight: 600 } .panel { font-size: 14px; font-weight: 600 }
    .value { font-size: 11px; text-anchor: middle } .group { text-anchor: middle }
    .axis { stroke: #8c959f } .limit { stroke: #cf222e; stroke-dasharray: 5 4 } .limit-name { fill: #cf222e } .limit-name, .note { font-size: 11px; text-anchor: end }
    @media (prefers-color-scheme: dark) { text { fill: #b1bac4 } .limit { stroke: #ff7b72 } .limit-name { fill: #ff7b72 } }`

/** Draws the scenarios of one fleet as SVG: logarithmic bars, one panel per question. */
export function scaleChart(scenarios: readonly Scenario[]): string {
  const hosts = (scenarios[0]?.hosts ?? 0).toLocaleString('en-US')
  const packings = [...new Set(scenarios.map(({ hostsPerSchedule }) => hostsPerSchedule))]
  const title = `${hosts} hosts every five minutes`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `  <style>${STYLE}\n  </style>`,
    `  <text class="title" x="${PANEL.left}" y="26">${title}</text>`,
    `  <text class="note" x="${WIDTH - PANEL.left}" y="26">each scale is logarithmic</text>`,
    ...packings.map((packed, i) => legend(packed, i)),
    ...PANELS.map((panel, i) => panelSvg(panel, i, scenarios, packings)),
    '</svg>\n',
  ].join('\n')
}

function legend(packed: number, i: number): string {
  const x = PANEL.left + i * 160
  return (
    `  <rect x="${x}" y="38" width="12" height="12" rx="2" fill="${colour(i)}"/>` +
    `<text x="${x + 18}" y="49">${packed} per schedule</text>`
  )
}

const colour = (i: number): string => COLOURS[i % COLOURS.length] ?? ''

function panelSvg(
  panel: Panel,
  nth: number,
  scenarios: readonly Scenario[],
  packings: readonly number[],
): string {
  const x = PANEL.left + (nth % 2) * (PANEL.width + PANEL.gap)
  const y = PANEL.top + Math.floor(nth / 2) * PANEL.height
  const height = heights([...scenarios.map(panel.value), panel.limit?.value ?? 1])
  const base = PANEL.plotTop + PANEL.plotHeight
  const groupWidth = packings.length * (BAR.width + BAR.gap) + BAR.groupGap
  const bars = scenarios.map((scenario) => {
    const group = DOWN_SHARES.findIndex((share) => scenario.downShare <= share)
    const i = packings.indexOf(scenario.hostsPerSchedule)
    const left = BAR.groupGap / 2 + group * groupWidth + i * (BAR.width + BAR.gap)
    return barSvg({
      left,
      base,
      height: height(panel.value(scenario)),
      colour: colour(i),
      value: panel.value(scenario),
      limitY: panel.limit === null ? null : base - height(panel.limit.value),
    })
  })
  const names = DOWN_SHARES.map((share, i) => {
    const middle = BAR.groupGap / 2 + (i + 0.5) * groupWidth - BAR.groupGap / 2
    return `    <text class="group" x="${middle}" y="${base + 18}">${share * 100} % down</text>`
  })
  return [
    `  <g transform="translate(${x} ${y})">`,
    `    <text class="panel" x="0" y="22">${panel.title}</text>`,
    ...(panel.limit === null ? [] : [limitSvg(panel.limit, base - height(panel.limit.value))]),
    ...bars,
    `    <line class="axis" x1="0" x2="${PANEL.width}" y1="${base}" y2="${base}"/>`,
    ...names,
    '  </g>',
  ].join('\n')
}

/**
 * Scales logarithmically: a factor of ten has the same height everywhere, and the highest bar fills the
 * plot.
 */
function heights(values: readonly number[]): (value: number) => number {
  const most = Math.log10(Math.max(...values) * 10)
  return (value) => Math.round((Math.max(0, Math.log10(value * 10)) / most) * PANEL.plotHeight)
}

type Bar = {
  readonly left: number
  readonly base: number
  readonly height: number
  readonly colour: string
  readonly value: number
  readonly limitY: number | null
}

/** The height of the text of a label, in pixels: a line that is nearer would cross it. */
const LABEL_HEIGHT = 11

function barSvg({ left, base, height, colour: fill, value, limitY }: Bar): string {
  const top = base - height
  const isStruck = limitY !== null && top - 4 > limitY && top - 4 - LABEL_HEIGHT < limitY
  const labelY = isStruck ? limitY - 3 : top - 4
  const text = Math.round(value).toLocaleString('en-US')
  return (
    `    <rect x="${left}" y="${top}" width="${BAR.width}" height="${height}" rx="2" fill="${fill}"/>` +
    `<text class="value" x="${left + BAR.width / 2}" y="${labelY}">${text}</text>`
  )
}

/** Draws a limit. Its name stands next to the title of the panel, because it would cover bars elsewhere. */
const limitSvg = ({ value, name }: NonNullable<Panel['limit']>, y: number): string =>
  `    <line class="limit" x1="0" x2="${PANEL.width}" y1="${y}" y2="${y}"/>` +
  `<text class="limit-name" x="${PANEL.width}" y="22">– – ${name}: ${value.toLocaleString('en-US')}</text>`
