import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connect } from '../../shared/db/client.ts'
import { migrate } from '../../shared/db/migrate.ts'
import { freshDatabase } from '../support/postgres/database.ts'
import { MIGRATIONS } from '../support/repository.ts'

describe('migrations', () => {
  it('migrations bring several databases of one server up to date at once, although they share the roles', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, () => freshDatabase('template1')))
    try {
      const reports = await Promise.all(databases.map(({ sql }) => migrate(sql, MIGRATIONS)))
      expect(reports.map(({ applied }) => applied[0])).toEqual([1, 1, 1, 1])
    } finally {
      for (const each of databases) await each[Symbol.asyncDispose]()
    }
  })

  it('migrations apply once, also when two deployments apply them at the same time', async () => {
    await using db = await freshDatabase('template1')
    const other = connect(db.owner)
    const reports = await Promise.all([migrate(db.sql, MIGRATIONS), migrate(other, MIGRATIONS)])
    await other.end()
    const counts = reports.map(({ applied }) => applied.length).sort((a, b) => a - b)
    expect(counts[0]).toBe(0)
    expect(counts[1]).toBeGreaterThan(0)
    expect(reports[0]?.version).toBe(reports[1]?.version)
    expect(await db.sql`select * from policy`).toHaveLength(1)
  })

  it('migrations refuse to go on when a file that was applied has been edited', async () => {
    await using db = await freshDatabase('template1')
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
    try {
      cpSync(MIGRATIONS, folder, { recursive: true })
      await migrate(db.sql, folder)
      writeFileSync(join(folder, '001.do.hosts.sql'), '-- edited')
      await expect(migrate(db.sql, folder)).rejects.toThrow(/^migration 1 was applied .* edited since/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('migrations leave nothing behind when one of them fails', async () => {
    await using db = await freshDatabase('template1')
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
    try {
      cpSync(MIGRATIONS, folder, { recursive: true })
      writeFileSync(join(folder, '999.do.broken.sql'), 'create table half (id int); select 1/0;')
      await expect(migrate(db.sql, folder)).rejects.toThrow(/division by zero/)
      const tables =
        await db.sql`select table_name from information_schema.tables where table_schema = 'public'`
      expect(tables).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('migrations adopt the tables that the scanner has made already, and keep its rows', async () => {
    await using db = await freshDatabase('template1')
    await db.sql.unsafe(`
      create table hosts (id uuid primary key, hostname varchar(255) not null, ip_address inet not null,
        port integer not null default 22, created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(), deleted_at timestamptz, owner_team text);
      insert into hosts (id, hostname, ip_address) values (gen_random_uuid(), 'kept', '10.0.0.1')`)
    await migrate(db.sql, MIGRATIONS)
    expect(await db.sql`select hostname from hosts`).toEqual([{ hostname: 'kept' }])
  })

  it('migrations turn an audit table of the scanner into an outbox: its rows stay unpublished, and its writers go on', async () => {
    await using db = await freshDatabase('template1')
    await db.sql.unsafe(`
      create table audit_events (id uuid primary key, correlation_id text not null, actor_type varchar not null,
        actor_id text, action text not null, resource_type text, resource_id text, detail jsonb,
        occurred_at timestamptz not null, recorded_at timestamptz not null default now(), severity text,
        outcome text, tenant text);
      insert into audit_events (id, correlation_id, actor_type, action, occurred_at)
      select gen_random_uuid(), 'c', 'user', 'scan.started', now() from generate_series(1, 1000)`)
    const [before] = await db.sql`select pg_relation_filenode('audit_events') as file`
    await migrate(db.sql, MIGRATIONS)
    await db.sql`
      insert into audit_events (id, correlation_id, actor_type, action, occurred_at)
      select gen_random_uuid(), 'c', 'user', 'scan.started', now() from generate_series(1, 3)`
    const rows = await db.sql`
      select published_at::text, count(*)::int, count(distinct sequence)::int as sequences, min(sequence)::int
      from audit_events group by 1 order by 1`
    expect(rows).toEqual([
      { published_at: '-infinity', count: 1000, sequences: 1, min: 0 },
      { published_at: null, count: 3, sequences: 3, min: 1 },
    ])
    // A table of many millions of rows must not be rewritten while its writers wait.
    expect(await db.sql`select pg_relation_filenode('audit_events') as file`).toEqual([before])
  })

  it('migrations name every column of a table that does not fit, all at once, and change nothing', async () => {
    await using db = await freshDatabase('template1')
    await db.sql.unsafe(`
      create table hosts (id uuid primary key, hostname text, ip_address text, created_at timestamptz,
        updated_at timestamptz, deleted_at timestamptz)`)
    await expect(migrate(db.sql, MIGRATIONS)).rejects.toMatchObject({
      name: 'SchemaMisfitError',
      misfits: ['hosts.ip_address is text (needed as inet)', 'hosts.port is missing (needed as integer)'],
    })
    expect(await db.sql`select to_regclass('policy') as policy`).toEqual([{ policy: null }])
  })

  it('migrations take the liveness row along when a host is deleted', async () => {
    await using db = await freshDatabase()
    const [host] = await db.sql<{ id: string }[]>`
      insert into hosts (hostname, ip_address) values ('h', '127.0.0.1') returning id`
    await db.sql`
      insert into host_liveness (host_id, reachability_status, last_probe_at, consecutive_failures, consecutive_successes)
      values (${host?.id ?? ''}, 'unknown', now(), 0, 0)`
    await db.sql`delete from hosts`
    expect(await db.sql`select host_id from host_liveness`).toEqual([])
  })

  it('migrations make an index from which the hosts that are down are read, however large the fleet', async () => {
    await using db = await freshDatabase()
    await db.sql`
      insert into hosts (hostname, ip_address)
      select 'h' || n, '10.0.0.0'::inet + n from generate_series(1, 20000) as n`
    await db.sql`
      insert into host_liveness (host_id, reachability_status, last_probe_at, consecutive_failures, consecutive_successes)
      select id, case when hostname like '%00' then 'unreachable' else 'reachable' end, now(), 0, 0 from hosts`
    await db.sql`analyze host_liveness`
    const plan =
      await db.sql`explain select host_id from host_liveness where reachability_status = 'unreachable'`
    expect(JSON.stringify(plan)).toContain('host_liveness_unreachable')
  })
})
