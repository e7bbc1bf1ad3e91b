import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, connect } from '../../../shared/db/client.ts'
import { migrate } from '../../../shared/db/migrate.ts'
import { setRoleSignIn } from '../../../shared/db/role-sign-in.ts'
import { FUNCTION_ROLES } from '../../../shared/domain/functions.ts'
import { type RdsLikeServer, startRdsLikeServer } from '../../support/postgres/rds-like-server.ts'
import { ROOT } from '../../support/repository.ts'

const RUNBOOK = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
const [, STATEMENTS = ''] = /```sql\n([\s\S]*?)```/.exec(RUNBOOK) ?? []

// A server of its own: roles belong to a server, and here they must not be there yet.
let server: RdsLikeServer
/** As RDS makes the master user: no superuser, and it signs in by password. */
let administrator: Connection

beforeAll(async () => {
  server = await startRdsLikeServer()
  const { superuser } = server
  await superuser`create role administrator login createrole createdb password 'admin'`
  administrator = { ...server.admin, username: 'administrator', password: 'admin' }
  const admin = connect(administrator)
  await admin.unsafe('create role scanner; grant scanner to administrator')
  await admin`create database scanner owner scanner`
  await admin.end()
  administrator = { ...administrator, database: 'scanner' }
})

afterAll(() => server[Symbol.asyncDispose]())

describe("a scanner's own database", () => {
  it("a scanner's own database is made ready by the runbook's SQL and the migrations, with no further rights", async () => {
    const admin = connect(administrator)
    await admin.unsafe(`
      set role scanner;
      create table hosts (id uuid primary key, hostname text not null, ip_address inet not null,
        port integer not null default 22, created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(), deleted_at timestamptz);
      create table audit_events (id uuid primary key, correlation_id text not null, actor_type text not null,
        actor_id text, action text not null, resource_type text, resource_id text, detail jsonb,
        occurred_at timestamptz not null, recorded_at timestamptz not null default now(), severity text, outcome text);
      reset role`)
    expect(STATEMENTS).toContain('create role awareness_owner')
    await server.mayGrantRdsIam('administrator', () => admin.unsafe(STATEMENTS).simple())
    await server.superuser`alter role awareness_owner password 'a token'`

    const owner = connect({ ...administrator, username: 'awareness_owner', password: 'a token' })
    const { applied } = await migrate(owner, join(ROOT, 'migrations'), {
      complete: (tx) => setRoleSignIn(tx, [{ role: 'awareness_probe', verifier: null }]),
    })
    expect(applied[0]).toBe(1)
    await owner.end()

    const members = await admin<{ name: string }[]>`
      select member::regrole::text as name from pg_auth_members where roleid = 'rds_iam'::regrole order by 1`
    expect(members.map(({ name }) => name)).toEqual(expect.arrayContaining([...FUNCTION_ROLES]))
    const [rights] = await admin`
      select has_table_privilege('awareness_probe', 'hosts', 'select') as probe_reads_hosts,
        has_table_privilege('awareness_probe', 'hosts', 'update') as probe_changes_hosts,
        has_table_privilege('awareness_drift', 'host_rule_state', 'select') as drift_reads_state,
        has_table_privilege('awareness_operate', 'hosts', 'insert') as operate_adds_hosts`
    expect(rights).toEqual({
      probe_reads_hosts: true,
      probe_changes_hosts: false,
      drift_reads_state: true,
      operate_adds_hosts: true,
    })
    await admin.end()
  })

  it("a scanner's own database leaves its administrator the sign-in by password", async () => {
    // What the server would take from a member of rds_iam: the administrator is asked for its password instead.
    const admin = connect(administrator)
    const [row] = await admin<{ method: string }[]>`
      select system_user::text as method`
    expect(row).toEqual({ method: 'scram-sha-256:administrator' })
    await admin.end()
  })
})
