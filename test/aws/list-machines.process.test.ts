import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { listMachines } from '../../shared/aws/list-machines.ts'
import { machineHostId } from '../../shared/domain/inventory-source.ts'
import { type MachineLists, startMachineLists } from '../support/servers/machine-lists.ts'

const OWN = { kind: 'ec2', account: '111122223333', region: 'eu-central-1', roleArn: null } as const
const NODES = { ...OWN, kind: 'ssm' } as const
const TAGGED = { 'fleet-awareness': 'prod' }
const QUERY = { tagValue: 'prod', instanceId: null }

let lists: MachineLists

beforeEach(async () => {
  lists = await startMachineLists()
  for (const [name, value] of Object.entries(lists.env)) vi.stubEnv(name, value)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await lists[Symbol.asyncDispose]()
})

const instance = (n: number, changes: object = {}) => ({
  id: `i-${n}`,
  state: 'running',
  address: `10.0.0.${n}`,
  tags: { ...TAGGED, Name: `web-${n}` },
  ...changes,
})

const list = (source: typeof OWN | typeof NODES = OWN, query: typeof QUERY | object = QUERY) =>
  listMachines(source, { ...QUERY, ...query }, AbortSignal.timeout(20_000))

it('instances are listed from all pages, each with the name, address and port that it is tagged with', async () => {
  lists.instances = [
    instance(1),
    instance(2, { tags: { ...TAGGED, 'fleet-awareness:port': '2222' } }),
    instance(3, { address: undefined, ipv6: '2001:db8::0:3' }),
    instance(4, { tags: { 'fleet-awareness': 'dev' } }),
    instance(5),
  ]
  const machines = await list()
  expect(machines.map((each) => ('host' in each ? each.host : each))).toEqual([
    { id: machineHostId(OWN, 'i-1'), name: 'web-1', address: '10.0.0.1', port: 22 },
    { id: machineHostId(OWN, 'i-2'), name: 'i-2', address: '10.0.0.2', port: 2222 },
    { id: machineHostId(OWN, 'i-3'), name: 'web-3', address: '2001:db8::3', port: 22 },
    { id: machineHostId(OWN, 'i-5'), name: 'web-5', address: '10.0.0.5', port: 22 },
  ])
  expect(lists.calls).toEqual(Array(2).fill('DescribeInstances eu-central-1 OWN'))
})

it.each([
  ['pending', 'starting'],
  ['running', 'running'],
  ['stopping', 'gone'],
  ['stopped', 'gone'],
  ['shutting-down', 'gone'],
  ['terminated', 'gone'],
])('an instance that EC2 calls %s is %s', async (state, expected) => {
  lists.instances = [instance(1, { state })]
  expect(await list()).toMatchObject([{ state: expected }])
})

it.each([
  [{ address: undefined }, 'it has no private address'],
  [
    { tags: { ...TAGGED, 'fleet-awareness:port': 'ssh' } },
    'tag fleet-awareness:port: malformed port "ssh": a number from 1 to 65535 is needed',
  ],
  [
    { tags: { ...TAGGED, 'fleet-awareness:port': '70000' } },
    'tag fleet-awareness:port: port 70000 is out of range: 1 to 65535',
  ],
])(
  'an instance of which no host can be made is listed as unusable, with the reason: %j',
  async (changes, fault) => {
    lists.instances = [instance(1, changes)]
    expect(await list()).toMatchObject([{ state: 'unusable', fault }])
  },
)

it('one instance alone can be listed, and only if it has the tag', async () => {
  lists.instances = [instance(1), instance(2), instance(3, { tags: {} })]
  expect(await list(OWN, { instanceId: 'i-2' })).toMatchObject([{ name: 'web-2' }])
  expect(await list(OWN, { instanceId: 'i-3' })).toEqual([])
})

it('a call that AWS throttles is repeated', async () => {
  lists.instances = [instance(1), instance(2), instance(3)]
  lists.refuse.set('DescribeInstances 2', { status: 503, code: 'RequestLimitExceeded' })
  expect(await list()).toHaveLength(3)
  expect(lists.calls).toHaveLength(3)
})

it('a page that AWS refuses makes the list fail: half a list is none', async () => {
  lists.instances = [instance(1), instance(2), instance(3)]
  lists.refuse.set('DescribeInstances 2', { status: 403, code: 'UnauthorizedOperation' })
  await expect(list()).rejects.toThrow(expect.objectContaining({ name: 'UnauthorizedOperation' }))
})

it('the machines of another account are listed in their region, as the role that was given', async () => {
  lists.instances = [instance(1)]
  const source = {
    ...OWN,
    region: 'us-west-2',
    account: '444455556666',
    roleArn: 'arn:aws:iam::444455556666:role/fleet-inventory',
  }
  const machines = await listMachines(source, QUERY, AbortSignal.timeout(20_000))
  expect(machines).toMatchObject([{ id: machineHostId(source, 'i-1') }])
  expect(lists.calls).toEqual([
    'AssumeRole eu-central-1 OWN',
    'DescribeInstances us-west-2 OF-fleet-inventory',
  ])
})

it('managed nodes are listed from all pages, silent ones too, with the port that some are tagged with', async () => {
  const node = (n: number, tags: object = {}) => ({
    id: `mi-${n}`,
    computerName: `edge-${n}.example.com`,
    address: `192.0.2.${n}`,
    tags: { ...TAGGED, ...tags },
  })
  lists.nodes = [node(1), node(2, { 'fleet-awareness:port': '2200' }), node(3), { ...node(4), tags: {} }]
  const machines = await list(NODES)
  expect(machines.map((each) => ('host' in each ? each.host : each))).toEqual([
    { id: machineHostId(NODES, 'mi-1'), name: 'edge-1.example.com', address: '192.0.2.1', port: 22 },
    { id: machineHostId(NODES, 'mi-2'), name: 'edge-2.example.com', address: '192.0.2.2', port: 2200 },
    { id: machineHostId(NODES, 'mi-3'), name: 'edge-3.example.com', address: '192.0.2.3', port: 22 },
  ])
  expect(lists.calls.filter((call) => call.startsWith('ListTags'))).toHaveLength(1)
})
