import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import { ADDRESS_CLASSES } from '../../../shared/domain/addresses.ts'
import { type HostId, parseHostId } from '../../../shared/domain/ids.ts'
import { PROBE_METRICS } from '../../../shared/domain/metrics.ts'
import { environment, lambdaContext } from '../../support/functions/probe.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

/** Addresses that no fleet should hold, by the reason they are refused with. */
const HOSTILE = {
  '127.0.0.1': 'loopback',
  '127.0.0.2': 'loopback',
  '::1': 'loopback',
  '::ffff:127.0.0.1': 'loopback',
  '64:ff9b::7f00:1': 'loopback',
  '0.0.0.0': 'unspecified',
  '::': 'unspecified',
  '::ffff:0.0.0.0': 'unspecified',
  '169.254.169.254': 'metadata',
  '::ffff:169.254.169.254': 'metadata',
  'fd00:ec2::254': 'metadata',
  '169.254.10.10': 'link_local',
  'fe80::1': 'link_local',
  '224.0.0.1': 'multicast',
  'ff02::1': 'multicast',
  '255.255.255.255': 'broadcast',
  '240.0.0.1': 'reserved',
} as const

/** Listens on every address of this machine and counts who comes. */
async function startDoor(): Promise<{ port: number; visitors: () => number } & AsyncDisposable> {
  let visitors = 0
  const server = createServer((socket) => {
    visitors++
    socket.on('error', () => {})
    socket.end('SSH-2.0-inside\r\n')
  }).listen(0)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return {
    port: address.port,
    visitors: () => visitors,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

async function addHostile(db: TestDatabase, port: number): Promise<Map<HostId, string>> {
  const rows = await db.sql<{ id: string; address: string }[]>`
    insert into hosts (hostname, ip_address, port)
    select address, address::inet, ${port}
    from jsonb_array_elements_text(${db.sql.json(Object.keys(HOSTILE))}) as a (address)
    returning id, hostname as address`
  return new Map(rows.map(({ id, address }) => [parseHostId(id), address]))
}

describe('a host whose address policy does not allow', () => {
  it('a host whose address policy does not allow is not connected to, whoever wrote its row, and nothing is held against it', async () => {
    await using db = await freshDatabase()
    await using door = await startDoor()
    await using deps = environment(db)
    await db.sql`update policy set allowed_addresses = default`
    const hosts = await addHostile(db, door.port)

    const { outcomes } = await createProbeHandler(deps)({ hostIds: [...hosts.keys()] }, lambdaContext())

    const reasons = outcomes.map((outcome) => [
      hosts.get(outcome.hostId),
      outcome.outcome === 'inconclusive' ? outcome.reason : outcome.outcome,
    ])
    expect(Object.fromEntries(reasons)).toEqual(
      Object.fromEntries(
        Object.entries(HOSTILE).map(([address, kind]) => [address, `address_refused:${kind}`]),
      ),
    )
    expect(door.visitors()).toBe(0)
    const kept = await db.sql<{ host_id: HostId; reason: string }[]>`
      select host_id, last_inconclusive_reason as reason from host_liveness
      where reachability_status = 'unknown' and last_probe_at is null
        and consecutive_failures = 0 and last_attempt_at is not null`
    expect(Object.fromEntries(kept.map(({ host_id, reason }) => [hosts.get(host_id), reason]))).toEqual(
      Object.fromEntries(reasons),
    )
    expect(await db.sql`select id from audit_events`).toEqual([])
    expect(deps.output.lines).toContainEqual(
      expect.objectContaining({
        [PROBE_METRICS.addressesRefused]: hosts.size,
        [PROBE_METRICS.inconclusive]: hosts.size,
      }),
    )
    const logged = deps.output.lines.filter(({ message }) => message === 'probe inconclusive')
    expect(logged).toHaveLength(hosts.size)
    expect(logged[0]).toMatchObject({ reason: expect.stringMatching(/^address_refused:/) })
  })

  it('a host whose address policy does not allow is probed from the moment that an operator allows it, without a deploy', async () => {
    await using db = await freshDatabase()
    await using door = await startDoor()
    await using deps = environment(db)
    await db.sql`update policy set allowed_addresses = default`
    const hosts = await addHostile(db, door.port)
    const local = [...hosts.keys()].filter((id) => hosts.get(id) === '127.0.0.1')
    const handler = createProbeHandler(deps)
    const refused = await handler({ hostIds: local }, lambdaContext())
    expect(refused.outcomes).toMatchObject([{ outcome: 'inconclusive' }])
    await db.sql`update policy set allowed_addresses = 'private,loopback'`
    const probed = await handler({ hostIds: local }, lambdaContext())
    expect(probed.outcomes).toMatchObject([{ outcome: 'probed', result: { kind: 'reachable' } }])
    expect(door.visitors()).toBe(1)
  })
})

describe('the policy table', () => {
  it('the policy table knows the same classes as the prober, and holds no other word', async () => {
    await using db = await freshDatabase()
    await db.sql`update policy set allowed_addresses = ${ADDRESS_CLASSES.join(',')}`
    for (const words of ['', 'all', 'global,', 'global;private', 'Loopback'])
      await expect(db.sql`update policy set allowed_addresses = ${words}`).rejects.toThrow(/check constraint/)
  })
})
