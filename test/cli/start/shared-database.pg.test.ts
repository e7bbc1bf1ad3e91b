import { describe, expect, it } from 'vitest'
import { allowLoopback } from '../../../shared/db/policy.ts'
import { freshClone } from '../../support/clone.ts'
import { databaseUrl, fleet, fleetFile } from '../../support/fleet-command.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

type Clone = ReturnType<typeof freshClone>

/** Port 1 is closed on every machine: the hosts are probed at once. */
const csv = (...names: readonly string[]): string =>
  `address,port,name\n${names.map((name) => `127.0.0.1,${portOf(name)},${name}\n`).join('')}`
const portOf = (name: string): number => Number(name.replace(/\D/g, ''))
const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

async function runOnce(clone: Clone, db: TestDatabase, file: string, ...flags: readonly string[]) {
  const run = clone.start(['--hosts', file, '--once', ...flags], databaseUrl(db))
  expect(await run.ended, run.output.stderr).toBeTypeOf('number')
  return run.output
}

const present = async (db: TestDatabase): Promise<string[]> =>
  (
    await db.sql<{ hostname: string }[]>`select hostname from hosts where deleted_at is null order by port`
  ).map(({ hostname }) => hostname)

const fleetEvents = (db: TestDatabase) => db.sql`
  select action, resource_type, actor_id, detail from audit_events where action like 'fleet.%' order by recorded_at, action`

describe('npm start on a database that others use', () => {
  it('npm start on a shared database leaves the hosts that were imported where they are when it looks at one of them', async () => {
    await using db = await freshDatabase()
    await allowLoopback(db.sql)
    using clone = freshClone()
    using all = fleetFile(csv(...numbered('web-', 500)))
    expect((await fleet(['--local', 'import', all.path], databaseUrl(db))).code).toBe(0)
    const one = clone.write('one.csv', csv('web-7'))

    const { stderr } = await runOnce(clone, db, one)
    expect(stderr).toContain('499 other hosts in this database stay as they are')
    expect(await present(db)).toHaveLength(500)

    await runOnce(clone, db, one, '--prune')
    expect(await present(db)).toHaveLength(500)
  })

  it('npm start on a shared database removes with --prune, and only with it, what runs of the same file have added and nobody else', async () => {
    await using db = await freshDatabase()
    await allowLoopback(db.sql)
    using clone = freshClone()
    const mine = clone.write('mine.csv', csv('web-1', 'web-2', 'web-3'))
    const other = clone.write('other.csv', csv('web-9'))
    await runOnce(clone, db, mine)
    await runOnce(clone, db, other)
    using imported = fleetFile(csv('web-3'))
    expect((await fleet(['--local', 'import', imported.path], databaseUrl(db))).code).toBe(0)

    clone.write('mine.csv', csv('web-1'))
    const kept = await runOnce(clone, db, mine)
    expect(kept.stderr).toMatch(/^1 host that this file has added is no longer in it: --prune removes it$/m)
    expect(await present(db)).toEqual(['web-1', 'web-2', 'web-3', 'web-9'])

    const pruned = await runOnce(clone, db, mine, '--prune')
    expect(pruned.stderr).toMatch(/^1 host is no longer in the file and was removed$/m)
    expect(await present(db)).toEqual(['web-1', 'web-3', 'web-9'])
  })

  it('npm start on a shared database audits once per run what it added and removed, with counts, up to twenty names, and the file', async () => {
    await using db = await freshDatabase()
    await allowLoopback(db.sql)
    using clone = freshClone()
    const file = clone.write('fleet.csv', csv(...numbered('web-', 25)))
    await runOnce(clone, db, file)
    await runOnce(clone, db, file)
    clone.write('fleet.csv', csv('web-1', 'web-26'))
    await runOnce(clone, db, file, '--prune')
    const source = expect.stringMatching(new RegExp(`^file:.+:${file}$`))
    const common = { resource_type: 'fleet', actor_id: 'awareness-start' }
    const twenty = expect.toSatisfy((names: unknown) => Array.isArray(names) && names.length === 20)
    expect(await fleetEvents(db)).toEqual([
      { ...common, action: 'fleet.hosts.added', detail: { source, added: 25, changed: 0, names: twenty } },
      { ...common, action: 'fleet.hosts.added', detail: { source, added: 1, changed: 0, names: ['web-26'] } },
      { ...common, action: 'fleet.hosts.removed', detail: { source, removed: 24, names: twenty } },
    ])
  })
})

describe('fleet import', () => {
  it('fleet import audits what it added, changed and removed', async () => {
    await using db = await freshDatabase()
    await allowLoopback(db.sql)
    using first = fleetFile(csv('web-1', 'web-2'))
    await fleet(['--local', 'import', first.path], databaseUrl(db))
    using second = fleetFile('address,port,name\n127.0.0.1,1,web-one\n127.0.0.1,3,web-3\n')
    await fleet(['--local', 'import', second.path, '--prune', '--yes'], databaseUrl(db))
    await fleet(['--local', 'import', second.path, '--prune', '--yes'], databaseUrl(db))
    const common = { resource_type: 'fleet', actor_id: 'awareness-operate' }
    const source = 'import'
    expect(await fleetEvents(db)).toEqual([
      {
        ...common,
        action: 'fleet.hosts.added',
        detail: { source, added: 2, changed: 0, names: ['web-1', 'web-2'] },
      },
      {
        ...common,
        action: 'fleet.hosts.added',
        detail: { source, added: 1, changed: 1, names: ['web-3', 'web-one'] },
      },
      { ...common, action: 'fleet.hosts.removed', detail: { source, removed: 1, names: ['web-2'] } },
    ])
    const shown = await fleet(['--local', 'events', '--since', '1h'], databaseUrl(db))
    expect(shown.out).toMatch(/fleet\.hosts\.removed +fleet +1 removed by import: web-2$/m)
    expect(shown.out).toMatch(/fleet\.hosts\.added +fleet +1 added, 1 changed by import: web-3, web-one$/m)
  })
})
