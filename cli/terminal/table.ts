import { styleText } from 'node:util'
import { replaceControlCharacters } from '../../shared/domain/control-characters.ts'
import type { Output } from './output.ts'

export type Paint = 'red' | 'yellow' | 'green'
export type Row = { readonly cells: readonly string[]; readonly paint?: Paint | undefined }

/** The colours of states that call for a look. */
export const STATE_PAINT: Readonly<Record<string, Paint>> = { unreachable: 'red', unknown: 'yellow' }

export type TableOptions = Pick<Output, 'colours' | 'columns'> & {
  /** Indexes of the columns that are aligned on the right. */
  readonly right?: readonly number[]
}

/** Formats rows as lines with aligned columns. On a terminal no line is wider than the terminal. */
export function formatTable(
  header: readonly string[],
  rows: readonly Row[],
  { colours, columns, right = [] }: TableOptions,
): string[] {
  const lines = [{ cells: header }, ...rows].map(({ cells }) => cells.map(replaceControlCharacters))
  const widths = header.map((_, i) => lines.reduce((most, cells) => Math.max(most, lengthOf(cells[i])), 0))
  return lines.map((cells, line) => {
    const padded = cells.map((cell, i) => {
      const blanks = ' '.repeat((widths[i] ?? 0) - lengthOf(cell))
      return right.includes(i) ? blanks + cell : cell + blanks
    })
    const style = line === 0 ? 'bold' : rows[line - 1]?.paint
    return paint(cut(padded.join('  ').trimEnd(), columns), style, colours)
  })
}

/** In characters: half an emoji is no place to cut. */
const lengthOf = (text = ''): number => [...text].length

function cut(text: string, columns: number | null): string {
  if (columns === null || lengthOf(text) <= columns) return text
  return `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`
}

/** Styles a text, whatever the standard streams are: whether colours are wanted is known already. */
export const paint = (text: string, style: Paint | 'bold' | undefined, colours: boolean): string =>
  colours && style !== undefined ? styleText(style, text, { validateStream: false }) : text
