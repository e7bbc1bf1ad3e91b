import { randomUUID } from 'node:crypto'
import { describe, expect, inject, it } from 'vitest'
import { type SyncOptions, syncFleet } from '../../../../cli/start/sync-fleet.ts'
import type { LocalDatabase } from '../../../../infra/local/postgres/local-database.ts'
import { openOwnDatabase } from '../../../../infra/local/postgres/own.ts'
import { openTemporaryDatabase } from '../../../../infra/local/postgres/temporary.ts'
import { parseFleet } from '../../../../shared/contracts/fleet-file.ts'
import { connect } from '../../../../shared/db/client.ts'
import { listHosts } from '../../../../shared/db/hosts.ts'
import { allowLoopback } from '../../../../shared/db/policy.ts'
import type { FleetHost } from '../../../../shared/domain/fleet-host.ts'
import { freshClone } from '../../../support/clone.ts'
import { freshDatabase, type TestDatabase } from '../../../support/postgres/database.ts'

function fleet(...rows: readonly string[]): readonly FleetHost[] {
  const parsed = parseFleet(`address,port,name,id\n${rows.join('\n')}\n`, 'csv', 'fleet.csv')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.hosts
}

const names = (hosts: readonly { name: string }[]): string[] => hosts.map(({ name }) => name)
const localDatabase = (db: TestDatabase, isShared: boolean): LocalDatabase => ({
  owner: db.sql,
  ownerSignIn: db.owner,
  isShared,
  as: () => db.owner,
  close: async () => {},
})

const options = (over: Partial<SyncOptions> = {}): SyncOptions => ({
  source: 'file:here:fleet.csv',
  prune: true,
  now: new Date(),
  onProgress: () => {},
  ...over,
})

describe('one’s own PostgreSQL', () => {
  it('one’s own PostgreSQL is used as each function’s role, with its timeouts, and the roles’ passwords stay as they are', async () => {
    await using db = await freshDatabase('template1')
    const passwords = () =>
      db.sql`select rolname, rolpassword from pg_authid where rolname like 'awareness%' order by rolname`
    const before = await passwords()
    const database = await openOwnDatabase(db.owner)
    const probe = connect(database.as('awareness_probe'))
    expect(await probe`select current_user as role, current_setting('statement_timeout') as timeout`).toEqual(
      [{ role: 'awareness_probe', timeout: '10s' }],
    )
    await expect(probe`delete from hosts`).rejects.toMatchObject({ code: '42501' })
    await probe.end()
    await database.close()
    expect(await passwords()).toEqual(before)
  })

  it('one’s own PostgreSQL needs a user that may take on the roles, and says in one line what to grant', async () => {
    await using db = await freshDatabase()
    const username = `guest_${randomUUID().slice(0, 8)}`
    await db.sql.unsafe(`create role ${username} login password 'guest'; grant all on schema public to ${username};
      alter table awareness_schema_version owner to ${username}`)
    try {
      const opened = openOwnDatabase({ ...db.owner, username, password: 'guest' })
      await expect(opened).rejects.toMatchObject({
        name: 'UserError',
        lines: [expect.stringMatching(/^DATABASE_URL: .*an administrator must run: .*grant/)],
      })
    } finally {
      await db.sql.unsafe(`drop owned by ${username}; drop role ${username}`)
    }
  })

  it('one’s own PostgreSQL lends the demonstration a database that is gone afterwards', async () => {
    const admin = connect(inject('admin'))
    const databases = () =>
      admin`select datname from pg_database where datname like 'fleet_awareness_demonstration%'`
    const database = await openTemporaryDatabase(inject('admin'))
    expect(await databases()).toHaveLength(1)
    expect(await database.owner`select * from policy`).toHaveLength(1)
    await database.close()
    expect(await databases()).toEqual([])
    await admin.end()
  })

  it('npm start -- --hosts --once probes through one’s own PostgreSQL', async () => {
    await using db = await freshDatabase()
    await allowLoopback(db.sql)
    using clone = freshClone()
    const file = clone.write('fleet.json', '[{"address": "127.0.0.1", "port": 1, "name": "down"}]')
    const { username, password, host, port, database } = db.owner
    const url = `postgres://${username}:${password}@${host}:${port}/${database}`
    const run = clone.start(['--hosts', file, '--once', '--json'], { DATABASE_URL: url })
    expect(await run.ended, run.output.stderr).toBe(1)
    expect(JSON.parse(run.output.stdout)).toMatchObject({ name: 'down', error_type: 'connection_refused' })
    expect(await db.sql`select consecutive_failures from host_liveness`).toEqual([
      { consecutive_failures: 1 },
    ])
  })
})

describe('a fleet file in the database', () => {
  it('a fleet file in the database adds hosts, changes those that are there, marks those that are gone, and takes them back', async () => {
    await using db = await freshDatabase()
    const database = localDatabase(db, false)
    await syncFleet(database, fleet('192.0.2.1,,a,', '192.0.2.2,,b,', '2001:4860::1,23,c,'), options())
    expect(names(await listHosts(db.sql))).toEqual(['a', 'b', 'c'])

    const second = await syncFleet(database, fleet('192.0.2.1,,a2,', '192.0.2.9,,d,'), options())
    expect(second.removed).toBe(2)
    expect(names(await listHosts(db.sql))).toEqual(['a2', 'd'])
    expect(await db.sql`select hostname from hosts where deleted_at is not null order by 1`).toEqual([
      { hostname: 'b' },
      { hostname: 'c' },
    ])

    await syncFleet(database, fleet('192.0.2.2,,b,'), options())
    expect(names(await listHosts(db.sql))).toEqual(['b'])
    expect(await db.sql`select count(*)::int as rows from hosts`).toEqual([{ rows: 4 }])
  })

  it('a fleet file in a database of others leaves their hosts alone, and finds its own among them by address and port', async () => {
    await using db = await freshDatabase()
    await db.sql`
      insert into hosts (hostname, ip_address) values ('theirs', '192.0.2.7'), ('known', '192.0.2.8')`
    const [known] = await db.sql<{ id: string }[]>`select id from hosts where hostname = 'known'`
    const database = localDatabase(db, true)
    const first = await syncFleet(database, fleet('192.0.2.8,,renamed,', '192.0.2.1,,ours,'), options())
    expect(first).toMatchObject({ removed: 0, others: 1 })
    expect(first.hosts[0]?.id).toBe(known?.id)
    expect(names(await listHosts(db.sql))).toEqual(['ours', 'renamed', 'theirs'])

    const kept = await syncFleet(database, fleet('192.0.2.8,,renamed,'), options({ prune: false }))
    expect(kept).toMatchObject({ removed: 0, prunable: 1, others: 1 })
    const second = await syncFleet(database, fleet('192.0.2.8,,renamed,'), options())
    expect(second).toMatchObject({ removed: 1, prunable: 0, others: 1 })
    expect(names(await listHosts(db.sql))).toEqual(['renamed', 'theirs'])
  })

  it('a fleet file in the database keeps the hosts of another file, also in the database that npm brings along', async () => {
    await using db = await freshDatabase()
    const database = localDatabase(db, false)
    await syncFleet(database, fleet('192.0.2.1,,a,', '192.0.2.2,,b,'), options())
    const other = await syncFleet(database, fleet('192.0.2.2,,b,'), options({ source: 'file:here:one.csv' }))
    expect(other).toMatchObject({ removed: 0, prunable: 0, others: 1 })
    expect(names(await listHosts(db.sql))).toEqual(['a', 'b'])
  })

  it('a fleet file in the database is loaded in steps that tell how far it is', async () => {
    await using db = await freshDatabase()
    const database = localDatabase(db, false)
    const steps: [number, number][] = []
    const rows = Array.from({ length: 12_000 }, (_, i) => `10.0.${i >> 8}.${i & 255},,,`)
    await syncFleet(database, fleet(...rows), options({ onProgress: (...step) => steps.push(step) }))
    expect(steps).toEqual([0, 5000, 10_000, 12_000].map((loaded) => [loaded, 12_000]))
    expect(await db.sql`select count(*)::int as rows from hosts`).toEqual([{ rows: 12_000 }])
  })
})
