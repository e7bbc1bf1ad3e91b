import type { Tx } from './client.ts'

/** The columns that this product needs in a table that the scanner's database may have already, by name. */
type NeededTable = Readonly<Record<string, string>>

const NEEDED: Readonly<Record<string, NeededTable>> = {
  hosts: {
    id: 'uuid',
    hostname: 'text',
    ip_address: 'inet',
    port: 'integer',
    created_at: 'timestamp with time zone',
    updated_at: 'timestamp with time zone',
    deleted_at: 'timestamp with time zone',
  },
  audit_events: {
    id: 'uuid',
    correlation_id: 'text',
    actor_type: 'text',
    actor_id: 'text',
    action: 'text',
    resource_type: 'text',
    resource_id: 'text',
    detail: 'jsonb',
    occurred_at: 'timestamp with time zone',
    recorded_at: 'timestamp with time zone',
    severity: 'text',
    outcome: 'text',
  },
  host_rule_state: {
    host_id: 'uuid',
    rule_id: 'text',
    current_status: 'text',
    severity: 'text',
    last_checked_at: 'timestamp with time zone',
    check_count: 'integer',
    last_scan_id: 'uuid',
    evidence: 'jsonb',
    framework_refs: 'jsonb',
    skip_reason: 'text',
    first_seen_at: 'timestamp with time zone',
    last_changed_at: 'timestamp with time zone',
  },
  transactions: {
    id: 'uuid',
    host_id: 'uuid',
    rule_id: 'text',
    scan_id: 'uuid',
    status: 'text',
    severity: 'text',
    change_kind: 'text',
    evidence: 'jsonb',
    framework_refs: 'jsonb',
    skip_reason: 'text',
    occurred_at: 'timestamp with time zone',
  },
}

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

/** @throws SchemaMisfitError that names every column that is missing or of another type. A table may be absent. */
export async function refuseMisfits(tx: Tx): Promise<void> {
  const present = await readColumns(tx, Object.keys(NEEDED))
  const misfits = Object.entries(NEEDED).flatMap(([table, needed]) => {
    const columns = present.get(table)
    return columns === undefined ? [] : misfitsOf(table, needed, columns)
  })
  if (misfits.length > 0) throw new SchemaMisfitError(misfits)
}

function misfitsOf(table: string, needed: NeededTable, columns: Map<string, string>): string[] {
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
