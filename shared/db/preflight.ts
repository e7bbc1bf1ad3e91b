import type { Tx } from './client.ts'
import { NEEDED_COLUMNS, type NeededTable } from './needed-columns.ts'
import { indexMisfits } from './needed-indexes.ts'

/** Types that hold the same values as the one needed. */
const EQUIVALENT: Readonly<Record<string, readonly string[]>> = { text: ['character varying'] }

/** A database that has tables which do not fit: `misfits` has a sentence for each. */
export class SchemaMisfitError extends Error {
  override readonly name = 'SchemaMisfitError'
  readonly misfits: readonly string[]

  constructor(misfits: readonly string[]) {
    super(`this database has tables that do not fit: ${misfits.join('; ')}`)
    this.misfits = misfits
  }
}

/**
 * @param version that of the schema, 0 in a database without it.
 * @throws SchemaMisfitError that names every column that is missing or of another type. If there is none, it names
 * every index that statements need and that is missing. A table may be absent.
 */
export async function refuseMisfits(tx: Tx, version: number): Promise<void> {
  const present = await readColumns(tx, Object.keys(NEEDED_COLUMNS))
  const misfits = Object.entries(NEEDED_COLUMNS).flatMap(([table, needed]) => {
    const columns = present.get(table)
    return columns === undefined ? [] : listMisfits(table, needed, columns)
  })
  if (misfits.length === 0) misfits.push(...(await indexMisfits(tx, [...present.keys()], version)))
  if (misfits.length > 0) throw new SchemaMisfitError(misfits)
}

function listMisfits(table: string, needed: NeededTable, columns: Map<string, string>): string[] {
  return Object.entries(needed).flatMap(([column, type]) => {
    const actual = columns.get(column)
    if (actual === undefined) return [`${table}.${column} is missing (needed as ${type})`]
    if (actual === type || EQUIVALENT[type]?.includes(actual)) return []
    return [`${table}.${column} is ${actual} (needed as ${type})`]
  })
}

type ColumnRow = { table_name: string; column_name: string; data_type: string }

async function readColumns(tx: Tx, tables: readonly string[]): Promise<Map<string, Map<string, string>>> {
  const rows = await tx<ColumnRow[]>`
    select table_name, column_name, data_type
    from information_schema.columns
    where table_schema = 'public'
      and table_name in (select jsonb_array_elements_text(${tx.json([...tables])}))`
  const found = new Map<string, Map<string, string>>()
  for (const row of rows) {
    const columns = found.get(row.table_name) ?? new Map<string, string>()
    found.set(row.table_name, columns.set(row.column_name, row.data_type))
  }
  return found
}
