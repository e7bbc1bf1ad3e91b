import { expect, it } from 'vitest'
import { databaseUrl, fleet, fleetFile } from '../../support/fleet-command.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

const listHosts = async (db: TestDatabase): Promise<string[]> => {
  const rows = await db.sql`
    select hostname || ' ' || host(ip_address) || ' ' || port as host
    from hosts where deleted_at is null order by hostname`
  return rows.map(({ host }) => String(host))
}

it('fleet import --dry-run shows what would be added, changed and removed, and changes nothing', async () => {
  await using db = await freshDatabase()
  using before = fleetFile('address,name,port\n192.0.2.1,web-01,22\n192.0.2.2,web-02,22\n192.0.2.3,old,22\n')
  await fleet(['--local', 'import', before.path], databaseUrl(db))
  const present = await listHosts(db)
  using inventory = fleetFile(
    'web-01 ansible_host=192.0.2.1\nnew ansible_host=192.0.2.4 ansible_port=2222\nrenamed ansible_host=192.0.2.2\n',
    'inventory.ini',
  )
  const args = ['--local', 'import', inventory.path, '--dry-run']
  expect(await fleet([...args, '--prune'], databaseUrl(db))).toMatchObject({
    code: 0,
    err: '',
    out: [
      '+ new 192.0.2.4:2222',
      '~ web-02 192.0.2.2:22 → renamed 192.0.2.2:22',
      '- old 192.0.2.3:22',
      '1 host would be added, 1 changed, 1 as before, 1 removed: nothing was changed',
      '',
    ].join('\n'),
  })
  const asJson = await fleet([...args, '--json'], databaseUrl(db))
  expect(JSON.parse(asJson.out)).toEqual({
    added: 1,
    changed: 1,
    unchanged: 1,
    missing: 1,
    removed: 0,
    dry_run: true,
  })
  expect(await listHosts(db)).toEqual(present)
})

it.each([
  [
    'hosts',
    'ansible',
    '{"_meta":{"hostvars":{"web-01":{"ansible_host":"192.0.2.1"}}},"web":{"hosts":["web-01"]}}',
  ],
  ['hosts', 'ansible', '[web]\nweb-01 ansible_host=192.0.2.1\n'],
  ['hosts', 'known-hosts', 'web-01,192.0.2.1 ssh-ed25519 AAAA\n'],
  ['hosts', 'csv', 'name,address\nweb-01,192.0.2.1\n'],
  ['known_hosts', null, 'web-01,192.0.2.1 ssh-ed25519 AAAA\n'],
  ['inventory.ini', null, 'web-01 ansible_host=192.0.2.1\n'],
  ['inventory.json', null, '{"_meta":{"hostvars":{"web-01":{"ansible_host":"192.0.2.1"}}}}'],
])('fleet import brings in the file %s --from %s: %s', async (name, format, text) => {
  await using db = await freshDatabase()
  using file = fleetFile(text, name)
  const from = format === null ? [] : ['--from', format]
  expect(await fleet(['--local', 'import', file.path, ...from], databaseUrl(db))).toMatchObject({
    code: 0,
    err: '',
  })
  expect(await listHosts(db)).toEqual(['web-01 192.0.2.1 22'])
})

it('fleet import refuses a file whose name shows no format, and a format that it does not know', async () => {
  using file = fleetFile('web-01\n', 'hosts')
  expect(await fleet(['--local', 'import', file.path], {})).toMatchObject({
    code: 2,
    err: expect.stringContaining('a fleet file ends in .csv, .json or .ini'),
  })
  expect(await fleet(['--local', 'import', file.path, '--from', 'chef'], {})).toMatchObject({
    code: 2,
    err: expect.stringContaining('--from "chef" is none of csv, json, ansible, known-hosts'),
  })
})
