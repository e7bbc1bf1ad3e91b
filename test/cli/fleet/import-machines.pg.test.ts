import { afterEach, beforeEach, expect, it } from 'vitest'
import { listHosts } from '../../../shared/db/hosts.ts'
import { machineHostId } from '../../../shared/domain/inventory-source.ts'
import { databaseUrl, fleet } from '../../support/fleet-command.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { ACCOUNT, type MachineLists, startMachineLists } from '../../support/servers/machine-lists.ts'

let lists: MachineLists
let db: TestDatabase

beforeEach(async () => {
  lists = await startMachineLists()
  db = await freshDatabase()
})

afterEach(async () => {
  await lists[Symbol.asyncDispose]()
  await db[Symbol.asyncDispose]()
})

const importMachines = (...args: string[]) =>
  fleet(['--local', 'import', ...args], { ...databaseUrl(db), ...lists.env })

const instance = (n: number, changes: object = {}) => ({
  id: `i-${n}`,
  state: 'running',
  address: `10.0.0.${n}`,
  tags: { 'fleet-awareness': 'prod', Name: `web-${n}` },
  ...changes,
})

it('fleet import --from ec2 adds the tagged instances that run, under the ids that the inventory function gives them', async () => {
  lists.instances = [
    instance(1),
    instance(2, { state: 'stopped' }),
    instance(3, { address: undefined }),
    instance(4, { address: '169.254.169.254' }),
  ]
  const ended = await importMachines('--from', 'ec2', '--tag', 'prod')
  expect(ended).toMatchObject({ code: 0, out: '1 host added, 0 changed, 0 as before\n' })
  expect(ended.err.trimEnd().split('\n')).toEqual([
    'web-2 is left out: it is stopped or terminated',
    'web-3 is left out: it has no private address',
    expect.stringMatching(/^web-4 is left out: address 169\.254\.169\.254 is metadata/),
  ])
  const source = { kind: 'ec2', account: ACCOUNT, region: 'eu-central-1', roleArn: null } as const
  expect(await listHosts(db.sql)).toEqual([
    { id: machineHostId(source, 'i-1'), name: 'web-1', address: '10.0.0.1', port: 22 },
  ])
})

it('fleet import --from ssm --dry-run shows the managed nodes that would come, and changes nothing', async () => {
  lists.nodes = [
    {
      id: 'mi-1',
      computerName: 'edge-1',
      address: '192.0.2.1',
      tags: { 'fleet-awareness': 'prod', 'fleet-awareness:port': '2222' },
    },
  ]
  expect(await importMachines('--from', 'ssm', '--tag', 'prod', '--dry-run')).toMatchObject({
    code: 0,
    out: '+ edge-1 192.0.2.1:2222\n1 host would be added, 0 changed, 0 as before: nothing was changed\n',
  })
  expect(await listHosts(db.sql)).toEqual([])
})

it('fleet import --from ec2 --prune asks before it removes what is not listed', async () => {
  lists.instances = [instance(1), instance(2)]
  await importMachines('--from', 'ec2', '--tag', 'prod')
  lists.instances = [instance(1)]
  const args = ['--from', 'ec2', '--tag', 'prod', '--prune']
  expect(await importMachines(...args)).toMatchObject({
    code: 5,
    err: expect.stringContaining(
      '1 of 2 hosts is not in the list of machines with the tag fleet-awareness=prod, and would leave the fleet: web-2',
    ),
  })
  expect(await importMachines(...args, '--yes')).toMatchObject({
    code: 0,
    out: '0 hosts added, 0 changed, 1 as before, 1 removed\n',
  })
})

it('fleet import --from ec2 refuses to take an empty list for the fleet', async () => {
  expect(await importMachines('--from', 'ec2', '--tag', 'prod', '--prune', '--yes')).toMatchObject({
    code: 2,
    err: `no machine in eu-central-1 of account ${ACCOUNT} has the tag fleet-awareness=prod\n`,
  })
})

it('fleet import --from ec2 says which right is missing', async () => {
  lists.refuse.set('DescribeInstances 1', { status: 403, code: 'UnauthorizedOperation' })
  expect(await importMachines('--from', 'ec2', '--tag', 'prod')).toMatchObject({
    code: 1,
    err: 'you have no right to ec2:DescribeInstances\n',
  })
})

it('fleet import --from ec2 says that there are no credentials', async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...rest } = lists.env
  const ended = await fleet(['--local', 'import', '--from', 'ec2', '--tag', 'prod'], {
    ...databaseUrl(db),
    ...rest,
    AWS_EC2_METADATA_DISABLED: 'true',
  })
  expect(ended).toMatchObject({ code: 1, err: expect.stringMatching(/^there are no AWS credentials/) })
})

it.each([
  [['hosts.csv', '--from', 'ec2'], 'import --from ec2 reads no file'],
  [['--from', 'ec2'], '--local import --from ec2 needs --tag VALUE'],
  [['--from', 'ec2', '--resolve', 'never'], '--resolve does not go with import --from ec2'],
  [['hosts.csv', '--tag', 'prod'], '--tag goes with import --from ec2 or ssm'],
])('fleet import %j is refused with a sentence', async (args, sentence) => {
  expect(await importMachines(...args)).toMatchObject({ code: 2, err: `${sentence}\n` })
})
