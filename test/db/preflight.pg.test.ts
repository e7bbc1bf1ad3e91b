import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../shared/db/migrate.ts'
import { addHost } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'
import { scanned } from '../support/recorded-scans.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

/** The tables of a scanner, without any key. */
const WITHOUT_KEYS = `
  create table hosts (id uuid not null, hostname text not null, ip_address inet not null, port integer not null default 22,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now(), deleted_at timestamptz);
  create table audit_events (id uuid not null, correlation_id text not null, actor_type text not null, actor_id text,
    action text not null, resource_type text, resource_id text, detail jsonb, occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(), severity text, outcome text);
  create table host_rule_state (host_id uuid not null, rule_id text not null, current_status text not null,
    severity text not null, last_checked_at timestamptz not null, check_count integer not null default 0,
    last_scan_id uuid not null, evidence jsonb, framework_refs jsonb, skip_reason text,
    first_seen_at timestamptz not null, last_changed_at timestamptz not null);
  create table transactions (id uuid not null, host_id uuid not null, rule_id text not null, scan_id uuid not null,
    status text not null, severity text not null, change_kind text not null, evidence jsonb, framework_refs jsonb,
    skip_reason text, occurred_at timestamptz not null)`

const MISFITS = [
  'hosts has no unique index on (id): create unique index concurrently hosts_by_id on hosts (id)',
  'audit_events has no unique index on (id): ' +
    'create unique index concurrently audit_events_by_id on audit_events (id)',
  'host_rule_state has no unique index on (host_id, rule_id): ' +
    'create unique index concurrently host_rule_state_by_rule on host_rule_state (host_id, rule_id)',
  'transactions has no index that begins with (scan_id): ' +
    'create unique index concurrently transactions_by_scan on transactions (scan_id, rule_id)',
]

async function misfitsOf(...statements: string[]): Promise<readonly string[]> {
  await using db = await freshDatabase('template1')
  for (const statement of statements) await db.sql.unsafe(statement)
  return await migrate(db.sql, MIGRATIONS).then(
    () => [],
    (error: { misfits: readonly string[] }) => error.misfits,
  )
}

describe('tables of a scanner without the indexes that statements need', () => {
  it('tables of a scanner without the indexes that statements need are refused, and what to run is said', async () => {
    expect(await misfitsOf(WITHOUT_KEYS)).toEqual(MISFITS)
  })

  it('tables of a scanner are adopted once what was said has been run, and scans can be recorded', async () => {
    await using db = await freshDatabase('template1')
    await db.sql.unsafe(WITHOUT_KEYS)
    for (const misfit of MISFITS) await db.sql.unsafe(misfit.split(': ')[1] ?? '')
    await db.sql`alter table hosts alter id set default gen_random_uuid()`
    await db.sql`alter table audit_events alter id set default gen_random_uuid()`
    await migrate(db.sql, MIGRATIONS)
    await scanned(db.sql, await addHost(db.sql), 1, { a: 'pass' })
  })

  it.each([
    ['on other columns', 'create unique index on host_rule_state (host_id, rule_id, severity)', MISFITS[2]],
    [
      'in part',
      'create unique index on host_rule_state (host_id, rule_id) where severity = $$low$$',
      MISFITS[2],
    ],
    ['not unique', 'create index on host_rule_state (host_id, rule_id)', MISFITS[2]],
    ['on an expression', 'create unique index on host_rule_state (host_id, lower(rule_id))', MISFITS[2]],
    [
      'deferrable',
      'alter table host_rule_state add unique (host_id, rule_id) deferrable initially deferred',
      MISFITS[2],
    ],
    ['that begins with another column', 'create index on transactions (host_id, scan_id)', MISFITS[3]],
  ])('an index %s is not taken for the one that is needed', async (_, statement, misfit) => {
    expect(await misfitsOf(WITHOUT_KEYS, statement)).toContain(misfit)
  })

  it.each([
    ['primary key', 'alter table host_rule_state add primary key (rule_id, host_id)', MISFITS[2]],
    [
      'index with more columns',
      'create unique index on transactions (scan_id, host_id, rule_id)',
      MISFITS[3],
    ],
    ['index that is not unique', 'create index on transactions (scan_id)', MISFITS[3]],
    ['index with included columns', 'create unique index on audit_events (id) include (action)', MISFITS[1]],
  ])('a %s serves as well where it does what is needed', async (_, statement, misfit) => {
    expect(await misfitsOf(WITHOUT_KEYS, statement)).not.toContain(misfit)
  })

  it('an index of this product that was dropped later is missed at the next deployment', async () => {
    await using db = await freshDatabase()
    await db.sql`drop index transactions_by_rule`
    await expect(migrate(db.sql, MIGRATIONS)).rejects.toMatchObject({
      misfits: [
        'transactions has no index that begins with (host_id, rule_id, occurred_at): ' +
          'create index concurrently transactions_by_rule on transactions (host_id, rule_id, occurred_at desc)',
      ],
    })
  })

  it('a table of the name of one that this product needs is compared with it', async () => {
    expect(await misfitsOf('create table scans (id serial primary key, started_at timestamptz)')).toContain(
      'scans.rule_set_id is missing (needed as uuid)',
    )
  })
})
