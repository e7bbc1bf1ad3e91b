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
  /** Whether the last column goes on in further lines where it does not fit, instead of being cut. */
  readonly wrap?: boolean
}

/** Formats rows as lines with aligned columns. On a terminal no line is wider than the terminal. */
export function formatTable(
  header: readonly string[],
  rows: readonly Row[],
  { colours, columns, right = [], wrap = false }: TableOptions,
): string[] {
  const lines = [{ cells: header }, ...rows].map(({ cells }) => cells.map(replaceControlCharacters))
  if (wrap && columns !== null)
    return formatTable(header, wrapLast(header, rows, columns), { colours, columns, right })
  const widths = header.map((_, i) =>
    lines.reduce((most, cells) => Math.max(most, countCharacters(cells[i])), 0),
  )
  return lines.map((cells, line) => {
    const padded = cells.map((cell, i) => {
      const blanks = ' '.repeat((widths[i] ?? 0) - countCharacters(cell))
      return right.includes(i) ? blanks + cell : cell + blanks
    })
    const style = line === 0 ? 'bold' : rows[line - 1]?.paint
    return paint(cut(padded.join(GAP).trimEnd(), columns), style, colours)
  })
}

/** Less room than this is not worth wrapping for. */
const LEAST_WRAPPED = 16

/** Breaks the last cell of each row between words, so that every row fits; what goes on has empty cells before it. */
function wrapLast(header: readonly string[], rows: readonly Row[], columns: number): Row[] {
  const last = header.length - 1
  const before = header.slice(0, last).reduce((sum, title, i) => {
    const widest = rows.reduce(
      (most, { cells }) => Math.max(most, countCharacters(cells[i])),
      countCharacters(title),
    )
    return sum + widest + GAP.length
  }, 0)
  const room = Math.max(LEAST_WRAPPED, columns - before)
  return rows.flatMap(({ cells, paint: style }) => {
    const [first = '', ...rest] = breakIntoLines(cells[last] ?? '', room)
    const further = rest.map((text) => ({
      cells: [...header.slice(0, last).map(() => ''), text],
      paint: style,
    }))
    return [{ cells: [...cells.slice(0, last), first], paint: style }, ...further]
  })
}

function breakIntoLines(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (countCharacters(line) + 1 + countCharacters(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

const GAP = '  '

/** In characters: half an emoji is no place to cut. */
const countCharacters = (text = ''): number => [...text].length

function cut(text: string, columns: number | null): string {
  if (columns === null || countCharacters(text) <= columns) return text
  return `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`
}

/** Styles a text, whatever the standard streams are: whether colours are wanted is known already. */
export const paint = (text: string, style: Paint | 'bold' | undefined, colours: boolean): string =>
  colours && style !== undefined ? styleText(style, text, { validateStream: false }) : text
