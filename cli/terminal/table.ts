import { styleText } from 'node:util'
import type { Output } from './output.ts'
import { printable } from './wording.ts'

export type Paint = 'red' | 'yellow' | 'green'
export type Row = { readonly cells: readonly string[]; readonly paint?: Paint | undefined }

/** Lines with their columns aligned. On a terminal none is longer than it is wide. */
export function table(
  header: readonly string[],
  rows: readonly Row[],
  { colours, columns }: Pick<Output, 'colours' | 'columns'>,
): string[] {
  const lines = [{ cells: header }, ...rows].map(({ cells }) => cells.map(printable))
  const widths = header.map((_, i) => lines.reduce((most, cells) => Math.max(most, lengthOf(cells[i])), 0))
  return lines.map((cells, line) => {
    const text = cells.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - lengthOf(cell))).join('  ')
    return painted(cut(text.trimEnd(), columns), line === 0 ? 'bold' : rows[line - 1]?.paint, colours)
  })
}

/** In characters: half an emoji is no place to cut. */
const lengthOf = (text = ''): number => [...text].length

function cut(text: string, columns: number | null): string {
  if (columns === null || lengthOf(text) <= columns) return text
  return `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`
}

function painted(text: string, paint: Paint | 'bold' | undefined, colours: boolean): string {
  return colours && paint !== undefined ? styleText(paint, text, { validateStream: false }) : text
}

/** A time to the second, in UTC; a dash where there is none. */
export const shownTime = (iso: string | null): string => (iso === null ? '–' : iso.replace(/\.\d+Z$/, 'Z'))

export const STATE_PAINT: Readonly<Record<string, Paint>> = { unreachable: 'red', unknown: 'yellow' }
