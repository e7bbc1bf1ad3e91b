import { CsvError, parse } from 'csv-parse/sync'
import { FLEET_COLUMNS } from './fleet-row.ts'
import type { RawRow, RawRows } from './raw-rows.ts'

type CsvRecord = { readonly record: readonly string[]; readonly info: { readonly lines: number } }

/** The rows of a CSV file: its first line names the columns. Empty lines and lines from `#` on are skipped. */
export function readCsvRows(text: string): RawRows {
  const records = split(text)
  if (!Array.isArray(records)) return { rows: [], columns: [], faults: [records] }
  const [header, ...rows] = records
  if (header === undefined)
    return { rows: [], columns: [], faults: [{ line: 1, message: 'the file is empty' }] }
  const columns = header.record.map((cell) => cell.toLowerCase())
  const faults = faultsOfHeader(columns).map((message) => ({ line: header.info.lines, message }))
  const named = { columns: [...new Set(columns)] }
  return faults.length > 0 ? { rows: [], ...named, faults } : { ...named, ...readCells(columns, rows) }
}

function split(text: string): CsvRecord[] | { line: number; message: string } {
  try {
    // Typed by hand: with `info` set, csv-parse wraps each record, which its types do not say.
    const records: unknown = parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    })
    return records as CsvRecord[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { line: Number(error.lines ?? 1), message: `not valid CSV: ${firstSentence(error.message)}` }
  }
}

const firstSentence = (message: string): string => message.split(/[:,] /, 2).join(': ').toLowerCase()

function faultsOfHeader(columns: readonly string[]): string[] {
  const isKnown = (column: string): boolean => FLEET_COLUMNS.some((known) => known === column)
  const twice = columns.filter((column, i) => isKnown(column) && columns.indexOf(column) !== i)
  const faults = twice.map((column) => `the column ${column} is there twice`)
  if (!columns.includes('address'))
    faults.push('the first line must name the columns, and one must be address')
  return faults
}

function readCells(
  columns: readonly string[],
  records: readonly CsvRecord[],
): Pick<RawRows, 'rows' | 'faults'> {
  const rows: RawRow[] = records.map(({ record, info }) => {
    const cells = Object.fromEntries(columns.map((column, i) => [column, record[i] ?? '']))
    return { line: info.lines, value: cells }
  })
  const faults = records
    .filter(({ record }) => record.slice(columns.length).some((cell) => cell !== ''))
    .map(({ record, info }) => ({
      line: info.lines,
      message: `${record.length} values, and the first line names ${columns.length} columns`,
    }))
  return { rows, faults }
}
