import { stdout } from 'node:process'
import type { Row } from './scenario.ts'

const timeOf = ({ rightAfterMs }: Row): string =>
  rightAfterMs === null ? 'never' : `${(rightAfterMs / 1000).toFixed(1)} s`

/** A line as soon as a scenario is over: the whole run takes minutes. */
export function printRow(row: Row): void {
  stdout.write(
    `${row.broken.length === 0 ? 'ok    ' : 'BROKEN'}  ${row.fault}: right again after ${timeOf(row)}\n`,
  )
  for (const sentence of row.broken) stdout.write(`        ${sentence}\n`)
}

/** The whole as a Markdown table. */
export function printTable(rows: readonly Row[], skipped: readonly string[]): void {
  stdout.write('\n| fault | what was seen | right again after |\n| --- | --- | --- |\n')
  for (const row of rows) {
    const broken = row.broken.length === 0 ? '' : ` — BROKEN: ${row.broken.join('; ')}`
    stdout.write(`| ${row.fault} | ${row.seen}${broken} | ${timeOf(row)} |\n`)
  }
  for (const what of skipped) stdout.write(`\nskipped: ${what}\n`)
}
