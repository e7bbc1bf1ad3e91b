import { describe, expect, it } from 'vitest'
import { migrate } from '../../shared/db/migrate.ts'
import { addHost } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'
import { scanned } from '../support/recorded-scans.ts'
import { MIGRATIONS } from '../support/repository.ts'

const SCANNERS_TABLES = `
  create table host_rule_state (host_id uuid not null, rule_id varchar(255) not null,
    current_status varchar(20) not null, severity varchar(20) not null, last_checked_at timestamptz not null,
    check_count integer not null default 0, last_scan_id uuid not null, evidence jsonb, framework_refs jsonb,
    skip_reason text, first_seen_at timestamptz not null, last_changed_at timestamptz not null,
    team text, primary key (host_id, rule_id));
  create table transactions (id uuid primary key, host_id uuid not null, rule_id varchar(255) not null,
    scan_id uuid not null, status varchar(20) not null, severity varchar(20) not null,
    change_kind varchar(20) not null, evidence jsonb, framework_refs jsonb, skip_reason text,
    occurred_at timestamptz not null, unique (scan_id, rule_id))`

describe('the tables that a scanner writes', () => {
  it('the tables that a scanner writes are adopted where the scanner has made them, with the indexes that they lack', async () => {
    await using db = await freshDatabase('template1')
    await db.sql.unsafe(SCANNERS_TABLES)
    await migrate(db.sql, MIGRATIONS)
    await scanned(db.sql, await addHost(db.sql), 1, { a: 'pass' })
    expect(await db.sql`select rule_id, team from host_rule_state`).toEqual([{ rule_id: 'a', team: null }])
    const indexes = await db.sql`select indexname from pg_indexes where tablename = 'transactions'`
    expect(indexes.map(({ indexname }) => indexname)).toEqual(
      expect.arrayContaining(['transactions_by_rule', 'transactions_by_host']),
    )
  })

  it('the tables that a scanner writes are refused by name and column where they do not fit', async () => {
    await using db = await freshDatabase('template1')
    await db.sql.unsafe(
      SCANNERS_TABLES.replace('last_scan_id uuid', 'last_scan_id text').replace(
        'severity varchar',
        'grade varchar',
      ),
    )
    await expect(migrate(db.sql, MIGRATIONS)).rejects.toMatchObject({
      name: 'SchemaMisfitError',
      misfits: [
        'host_rule_state.severity is missing (needed as text)',
        'host_rule_state.last_scan_id is text (needed as uuid)',
      ],
    })
  })

  it.each([
    `update host_rule_state set current_status = 'notapplicable'`,
    `update host_rule_state set severity = ''`,
    `update transactions set status = 'PASS'`,
    `update transactions set change_kind = 'changed'`,
    `update policy set drift_major_worsening_pp = 4`,
    `update policy set drift_improvement_pp = 'NaN'`,
    `update policy set drift_minor_worsening_pp = 0`,
    `update policy set drift_basis = 'some_rules'`,
  ])(
    'the tables that a scanner writes and the policy of drift take no value that means nothing: %s',
    async (statement) => {
      await using db = await freshDatabase()
      await scanned(db.sql, await addHost(db.sql), 1, { a: 'pass' })
      await expect(db.sql.unsafe(statement)).rejects.toThrow(/violates check constraint/)
    },
  )
})
