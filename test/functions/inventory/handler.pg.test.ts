import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createInventoryHandler } from '../../../functions/inventory/handler.ts'
import type { InventoryDeps } from '../../../functions/runtime/inventory-ports.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { listMachines } from '../../../shared/aws/list-machines.ts'
import { addHostSource } from '../../../shared/db/host-sources.ts'
import { listHosts, markHostsDeleted, upsertHosts } from '../../../shared/db/hosts.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { deriveHostId } from '../../../shared/domain/endpoint-id.ts'
import { FUNCTIONS } from '../../../shared/domain/functions.ts'
import { machineHostId } from '../../../shared/domain/inventory-source.ts'
import { INVENTORY_METRICS } from '../../../shared/domain/metrics.ts'
import { collectOutput, lambdaContext } from '../../support/functions/probe.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { type MachineLists, startMachineLists } from '../../support/servers/machine-lists.ts'

const OWN = { kind: 'ec2', account: '111122223333', region: 'eu-central-1', roleArn: null } as const
const OTHER = {
  kind: 'ec2',
  account: '444455556666',
  region: 'us-west-2',
  roleArn: 'arn:aws:iam::444455556666:role/fleet-inventory',
} as const

let lists: MachineLists
let db: TestDatabase

beforeEach(async () => {
  lists = await startMachineLists()
  db = await freshDatabase()
  for (const [name, value] of Object.entries(lists.env)) vi.stubEnv(name, value)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await lists[Symbol.asyncDispose]()
  await db[Symbol.asyncDispose]()
})

/** The inventory function as it is deployed: its own database role, and the real clients. */
function inventoryFunction(sources: InventoryDeps['sources'] = [OWN], deps: Partial<InventoryDeps> = {}) {
  const { role, service } = FUNCTIONS.inventory
  const output = collectOutput()
  const database = openDatabase(db.as(role))
  const handler = createInventoryHandler({
    database,
    telemetry: createTelemetry({ service, stage: 'test', output: output.stream }),
    now: () => new Date(),
    sources,
    hasIpv6: true,
    listMachines: (source, instanceId, signal) =>
      listMachines(source, { tagValue: 'prod', instanceId }, signal),
    ...deps,
  })
  return {
    run: async (event: unknown = {}) => {
      const answer = await handler(event, lambdaContext())
      if ('skipped' in answer) throw new Error(answer.skipped)
      return answer
    },
    lines: (message: string) => output.lines.filter((line) => line.message === message),
    metrics: () => output.lines.findLast((line) => '_aws' in line),
    [Symbol.asyncDispose]: database.close,
  }
}

const instance = (n: number, changes: object = {}) => ({
  id: `i-${String(n).padStart(8, '0')}`,
  state: 'running',
  address: `10.0.0.${n}`,
  tags: { 'fleet-awareness': 'prod', Name: `web-${n}` },
  ...changes,
})

const instances = (count: number) => Array.from({ length: count }, (_, i) => instance(i + 1))

const fleetNames = async (): Promise<string[]> => (await listHosts(db.sql)).map(({ name }) => name)

const events = () => db.sql<{ action: string; actor_id: string; detail: unknown }[]>`
  select action, actor_id, detail from audit_events order by sequence`

describe('the inventory function', () => {
  it('the inventory function brings tagged instances into the fleet under the ids of their ARNs, with one event', async () => {
    lists.instances = instances(3)
    await using inventory = inventoryFunction()
    const { sources } = await inventory.run()
    expect(sources).toMatchObject([{ source: 'ec2:111122223333:eu-central-1', added: 3, removed: 0 }])
    const hosts = await listHosts(db.sql)
    expect(hosts).toMatchObject([{ name: 'web-1', address: '10.0.0.1', port: 22 }, {}, {}])
    expect(hosts[0]?.id).toBe(machineHostId(OWN, 'i-00000001'))
    expect(await events()).toEqual([
      {
        action: 'fleet.hosts.added',
        actor_id: 'awareness-inventory',
        detail: {
          source: 'ec2:111122223333:eu-central-1',
          added: 3,
          changed: 0,
          names: ['web-1', 'web-2', 'web-3'],
        },
      },
    ])
    expect(inventory.lines('hosts added')).toHaveLength(1)
  })

  it('the inventory function changes nothing and writes no event when nothing has changed', async () => {
    lists.instances = instances(3)
    await using inventory = inventoryFunction()
    await inventory.run()
    const before = await db.sql`select * from hosts order by id`
    expect((await inventory.run()).sources).toMatchObject([{ listed: 3, added: 0, changed: 0, removed: 0 }])
    expect(await db.sql`select * from hosts order by id`).toEqual(before)
    expect(await events()).toHaveLength(1)
  })

  it('the inventory function takes out at once what is stopped or terminated, however much that is', async () => {
    lists.instances = instances(4)
    await using inventory = inventoryFunction()
    await inventory.run()
    lists.instances = [
      instance(1),
      instance(2, { state: 'stopped', address: undefined }),
      instance(3, { state: 'shutting-down' }),
      instance(4, { state: 'terminated' }),
    ]
    expect((await inventory.run()).sources).toMatchObject([{ removed: 3, kept: 0 }])
    expect(await fleetNames()).toEqual(['web-1'])
    expect((await events())[1]).toMatchObject({
      action: 'fleet.hosts.removed',
      detail: { removed: 3, names: ['web-2', 'web-3', 'web-4'] },
    })
  })

  it('the inventory function brings back an instance that was started again, whose liveness starts anew', async () => {
    lists.instances = instances(1)
    await using inventory = inventoryFunction()
    await inventory.run()
    await db.sql`
      insert into host_liveness (host_id, reachability_status, consecutive_failures, consecutive_successes)
      select id, 'unreachable', 9, 0 from hosts`
    lists.instances = [instance(1, { state: 'stopped' })]
    await inventory.run()
    lists.instances = instances(1)
    expect((await inventory.run()).sources).toMatchObject([{ added: 1 }])
    expect(await db.sql`select reachability_status, consecutive_failures from host_liveness`).toEqual([
      { reachability_status: 'unknown', consecutive_failures: 0 },
    ])
  })

  it('the inventory function removes nobody when a page fails, and fails itself', async () => {
    lists.instances = instances(4)
    await using inventory = inventoryFunction()
    await inventory.run()
    lists.instances = [instance(1), instance(2), instance(3)]
    lists.refuse.set('DescribeInstances 4', { status: 403, code: 'UnauthorizedOperation' })
    await expect(inventory.run()).rejects.toThrow(
      expect.objectContaining({ name: 'SourcesFailedError', message: 'ec2:111122223333:eu-central-1' }),
    )
    expect(await fleetNames()).toEqual(['web-1', 'web-2', 'web-3', 'web-4'])
    expect(inventory.metrics()).toMatchObject({ [INVENTORY_METRICS.sourcesFailed]: 1 })
  })

  it('the inventory function keeps the other accounts in step when one cannot be listed', async () => {
    lists.instances = instances(1)
    lists.refuse.set('AssumeRole 1', { status: 403, code: 'AccessDenied' })
    await using inventory = inventoryFunction([OTHER, OWN])
    await expect(inventory.run()).rejects.toThrow('ec2:444455556666:us-west-2')
    expect(await fleetNames()).toEqual(['web-1'])
    expect((await events())[0]).toMatchObject({ detail: { source: 'ec2:111122223333:eu-central-1' } })
  })

  it('the inventory function refuses a mass removal, says so, and does it where the policy allows it', async () => {
    lists.instances = instances(10)
    await using inventory = inventoryFunction()
    await inventory.run()
    lists.instances = instances(5)
    expect((await inventory.run()).sources).toMatchObject([{ removed: 0, kept: 5 }])
    expect(await fleetNames()).toHaveLength(10)
    expect(inventory.lines('removal refused')).toMatchObject([{ hosts: 5 }])
    expect(inventory.metrics()).toMatchObject({ [INVENTORY_METRICS.removalsRefused]: 5 })
    await db.sql`update policy set remove_at_most_percent = 50`
    expect((await inventory.run()).sources).toMatchObject([{ removed: 5, kept: 0 }])
    expect(await fleetNames()).toHaveLength(5)
  })

  it('the inventory function takes away only what it has brought, and nothing that another source has brought too', async () => {
    const typed = { id: deriveHostId('10.9.9.9', 22), name: 'typed', address: '10.9.9.9', port: 22 }
    await upsertHosts(db.sql, [typed])
    lists.instances = instances(2)
    await using inventory = inventoryFunction()
    await inventory.run()
    await addHostSource(db.sql, 'import', [machineHostId(OWN, 'i-00000002')])
    lists.instances = [instance(1, { state: 'terminated' }), instance(2, { state: 'terminated' })]
    expect((await inventory.run()).sources).toMatchObject([{ removed: 1 }])
    expect(await fleetNames()).toEqual(['typed', 'web-2'])
    expect(await db.sql`select source from host_sources`).toEqual([{ source: 'import' }])
  })

  it('the inventory function leaves out machines that no host can be made of, and says why', async () => {
    await upsertHosts(db.sql, [
      { id: deriveHostId('10.0.0.3', 22), name: 'typed', address: '10.0.0.3', port: 22 },
    ])
    lists.instances = [
      instance(1, { address: undefined }),
      instance(2, { address: '169.254.169.254' }),
      instance(3),
      instance(4),
    ]
    await using inventory = inventoryFunction()
    const { sources } = await inventory.run()
    expect(sources).toMatchObject([
      {
        added: 1,
        leftOut: [
          { name: 'web-1', fault: 'it has no private address' },
          { name: 'web-2', fault: expect.stringContaining('169.254.169.254 is metadata') },
          { name: 'web-3', fault: 'the fleet has another host at 10.0.0.3 port 22' },
        ],
      },
    ])
    expect(await fleetNames()).toEqual(['typed', 'web-4'])
    expect(inventory.lines('machine left out')).toHaveLength(3)
  })

  it('the inventory function leaves out machines that have only IPv6 where the functions have none', async () => {
    lists.instances = [instance(1, { address: undefined, ipv6: 'fd12:3456:789a::1' }), instance(2)]
    await using inventory = inventoryFunction([OWN], { hasIpv6: false })
    const [source] = (await inventory.run()).sources
    expect(source).toMatchObject({
      added: 1,
      leftOut: [{ name: 'web-1', fault: expect.stringContaining('is IPv6, and the network') }],
    })
    expect(await fleetNames()).toEqual(['web-2'])
  })

  it('the inventory function gives the address of a terminated instance to the one that has it now, in one run', async () => {
    lists.instances = [instance(1)]
    await using inventory = inventoryFunction()
    await inventory.run()
    lists.instances = [instance(1, { state: 'terminated' }), instance(2, { address: '10.0.0.1' })]
    expect((await inventory.run()).sources).toMatchObject([{ added: 1, removed: 1, leftOut: [] }])
    expect(await fleetNames()).toEqual(['web-2'])
  })

  it('the inventory function looks at one instance alone when EC2 says that it has changed', async () => {
    lists.instances = instances(4)
    await using inventory = inventoryFunction([OWN, OTHER])
    await inventory.run()
    lists.calls.length = 0
    lists.instances = [instance(2, { state: 'terminated' }), instance(9)]
    expect((await inventory.run({ instanceId: 'i-00000002' })).sources).toMatchObject([
      { listed: 1, removed: 1, kept: 0 },
    ])
    expect((await inventory.run({ instanceId: 'i-00000009' })).sources).toMatchObject([{ added: 1 }])
    expect((await inventory.run({ instanceId: 'i-00000099' })).sources).toMatchObject([
      { listed: 0, added: 0, removed: 0, kept: 0 },
    ])
    expect(lists.calls).toEqual(Array(3).fill('DescribeInstances eu-central-1 OWN'))
    expect(await fleetNames()).toEqual(expect.arrayContaining(['web-1', 'web-3', 'web-9']))
  })

  it('the inventory function brings back what an operator has removed and what is still tagged', async () => {
    lists.instances = instances(1)
    await using inventory = inventoryFunction()
    await inventory.run()
    await markHostsDeleted(db.sql, [machineHostId(OWN, 'i-00000001')])
    expect((await inventory.run()).sources).toMatchObject([{ added: 1 }])
  })

  it('a run of the inventory function that could overlap with another does nothing while that is under way', async () => {
    lists.instances = instances(1)
    const entered = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const slow: Partial<InventoryDeps> = {
      mayOverlap: true,
      listMachines: async () => {
        entered.resolve()
        await goOn.promise
        return []
      },
    }
    await using first = inventoryFunction([OWN], slow)
    await using second = inventoryFunction([OWN], { mayOverlap: true })
    const running = first.run()
    await entered.promise
    await expect(second.run()).rejects.toThrow('another run is under way')
    goOn.resolve()
    await running
    expect((await second.run()).sources).toMatchObject([{ added: 1 }])
  })

  it('the inventory function takes no event that names no instance', async () => {
    await using inventory = inventoryFunction()
    await expect(inventory.run({ instanceId: 'i-1; drop table hosts' })).rejects.toThrow(/instanceId/)
  })
})
