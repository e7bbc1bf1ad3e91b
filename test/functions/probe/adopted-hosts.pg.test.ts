import { expect, it } from 'vitest'
import { ANSWER, environment, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const state = `
  select h.hostname as name, l.reachability_status as state, l.last_inconclusive_reason as reason
  from hosts h join host_liveness l on l.host_id = h.id order by 1`

it('a host whose address the scanner wrote with a netmask is probed and saved from its first probe on', async () => {
  await using db = await freshDatabase()
  await using deps = environment(db)
  const hosts = await addHosts(db.sql, 2)
  await db.sql`update hosts set ip_address = '127.0.0.1/8' where hostname = 'host-1'`
  await db.sql`delete from host_liveness`
  for (let i = 0; i < 2; i++) {
    await invoke(deps, hosts, async () => ANSWER)
    expect(await db.sql.unsafe(state)).toEqual([
      { name: 'host-1', state: 'reachable', reason: null },
      { name: 'host-2', state: 'reachable', reason: null },
    ])
  }
})

it('a host whose address only gets a netmask does not start anew', async () => {
  await using db = await freshDatabase()
  await using deps = environment(db)
  const hosts = await addHosts(db.sql, 1)
  await invoke(deps, hosts, async () => ANSWER)
  await db.sql`update hosts set ip_address = '127.0.0.1/8'`
  expect(await db.sql.unsafe(state)).toEqual([{ name: 'host-1', state: 'reachable', reason: null }])
})

it('a host without an address, as another table of hosts may have one, is shown as such, and costs no other host', async () => {
  await using db = await freshDatabase()
  await using deps = environment(db)
  const hosts = await addHosts(db.sql, 2)
  await db.sql`alter table hosts alter column ip_address drop not null`
  await db.sql`update hosts set ip_address = null where hostname = 'host-1'`
  await db.sql`delete from host_liveness`
  for (let i = 0; i < 2; i++) {
    await invoke(deps, hosts, async () => ANSWER)
    expect(await db.sql.unsafe(state)).toEqual([
      { name: 'host-1', state: 'unknown', reason: 'invalid_address' },
      { name: 'host-2', state: 'reachable', reason: null },
    ])
  }
})
