import type { Tx } from './client.ts'

/** An index that statements need on a table that the scanner's database may have already. */
type NeededIndex = {
  readonly table: string
  /** A unique index has to be on exactly these columns. Another one has to begin with them, in this order. */
  readonly columns: readonly string[]
  readonly unique: boolean
  /** The migration that creates it, unless there is one of this name. Null where the table has to bring it. */
  readonly createdBy: number | null
  /** What creates it without locking writers out. */
  readonly run: string
}

const unique = (table: string, columns: readonly string[], name: string): NeededIndex => ({
  table,
  columns,
  unique: true,
  createdBy: null,
  run: `create unique index concurrently ${name} on ${table} (${columns.join(', ')})`,
})

/** The unique ones are for `on conflict`, and for references to hosts. */
const NEEDED_INDEXES: readonly NeededIndex[] = [
  unique('hosts', ['id'], 'hosts_by_id'),
  unique('audit_events', ['id'], 'audit_events_by_id'),
  unique('host_rule_state', ['host_id', 'rule_id'], 'host_rule_state_by_rule'),
  unique('rule_sets', ['id'], 'rule_sets_by_id'),
  unique('scans', ['scan_id'], 'scans_by_id'),
  unique('scan_verdicts', ['host_id', 'scan_id'], 'scan_verdicts_by_scan'),
  {
    table: 'transactions',
    // A scanner may use one id for the scans of several hosts. Then the index cannot be unique, and need not be.
    columns: ['scan_id'],
    unique: false,
    createdBy: null,
    run: 'create unique index concurrently transactions_by_scan on transactions (scan_id, rule_id)',
  },
  {
    table: 'transactions',
    columns: ['host_id', 'rule_id', 'occurred_at'],
    unique: false,
    createdBy: 7,
    run: 'create index concurrently transactions_by_rule on transactions (host_id, rule_id, occurred_at desc)',
  },
  {
    table: 'transactions',
    columns: ['host_id', 'occurred_at'],
    unique: false,
    createdBy: 7,
    run: 'create index concurrently transactions_by_host on transactions (host_id, occurred_at)',
  },
]

/** Says of each index that these tables need and do not have what to run. */
export async function indexMisfits(tx: Tx, tables: readonly string[], version: number): Promise<string[]> {
  const present = await readIndexes(tx, tables)
  return NEEDED_INDEXES.filter(
    (needed) =>
      tables.includes(needed.table) &&
      (needed.createdBy === null || needed.createdBy <= version) &&
      !present.some((index) => serves(index, needed)),
  ).map(({ table, columns, unique: isUnique, run }) => {
    const kind = isUnique ? 'unique index on' : 'index that begins with'
    return `${table} has no ${kind} (${columns.join(', ')}): ${run}`
  })
}

type IndexRow = {
  readonly table_name: string
  readonly is_unique: boolean
  readonly columns: readonly string[]
}

function serves(index: IndexRow, { table, columns, unique: isUnique }: NeededIndex): boolean {
  if (index.table_name !== table) return false
  if (!isUnique) return columns.every((column, i) => index.columns[i] === column)
  return (
    index.is_unique &&
    index.columns.length === columns.length &&
    columns.every((column) => index.columns.includes(column))
  )
}

/**
 * The indexes that a statement can rely on: B-trees of whole columns over whole tables. A deferrable constraint is
 * not unique for `on conflict`.
 */
async function readIndexes(tx: Tx, tables: readonly string[]): Promise<IndexRow[]> {
  return tx<IndexRow[]>`
    select t.relname as table_name,
      i.indisunique and i.indimmediate as is_unique,
      (select jsonb_agg(a.attname order by k.n)
        from unnest(i.indkey::smallint[]) with ordinality as k (number, n)
        join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
        where k.n <= i.indnkeyatts) as columns
    from pg_index i
    join pg_class t on t.oid = i.indrelid
    join pg_class c on c.oid = i.indexrelid
    join pg_am m on m.oid = c.relam
    where t.relnamespace = 'public'::regnamespace
      and t.relname in (select jsonb_array_elements_text(${tx.json([...tables])}))
      and m.amname = 'btree'
      and i.indisvalid
      and i.indpred is null
      and i.indexprs is null`
}
