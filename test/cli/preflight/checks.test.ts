import { describe, expect, it } from 'vitest'
import { overlap } from '../../../cli/preflight/checks/addresses.ts'
import { checkAll } from '../../../cli/preflight/checks/all.ts'
import { type Facts, NAMED_KINDS, type NamedKind, type Subnet } from '../../../cli/preflight/facts.ts'
import type { Reading } from '../../../cli/preflight/finding.ts'
import { installationFrom } from '../../../infra/aws/installation.ts'
import { INSTALLATIONS } from '../../support/synth.ts'

const read = <T>(value: T): Reading<T> => ({ kind: 'read', value })
const unreadable: Reading<never> = { kind: 'unreadable', because: 'you have no right to x:Y' }

const named = (taken: Partial<Record<NamedKind, Reading<readonly string[]>>> = {}): Facts['takenNames'] =>
  Object.fromEntries(NAMED_KINDS.map((kind) => [kind, taken[kind] ?? read([])])) as Facts['takenNames']

const SUBNETS = ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1b2c3d4e5f60718']
const VPC = 'vpc-0a1b2c3d4e5f60718'
const subnet = (changes: Partial<Subnet> = {}): Subnet => ({
  id: SUBNETS[0] ?? '',
  vpcId: VPC,
  zone: 'eu-west-1a',
  defaultRoute: 'nat-1',
  gatewayEndpoints: [],
  ...changes,
})

/** An account in which nothing is wrong, and its changes. */
const account = (changes: Partial<Facts> = {}): Facts => ({
  account: '111122223333',
  region: 'eu-west-1',
  bootstrapVersion: read(28),
  stackStatus: read(null),
  takenNames: named(),
  concurrency: read({ limit: 1000, unreserved: 1000 }),
  zones: read([
    { name: 'eu-west-1b', id: 'euw1-az2' },
    { name: 'eu-west-1a', id: 'euw1-az1' },
    { name: 'eu-west-1c', id: 'euw1-az3' },
  ]),
  vpcs: read([{ id: 'vpc-1', cidrs: ['172.31.0.0/16'], stack: null }]),
  quotas: read({ vpcs: { limit: 5, used: 1 }, addresses: { limit: 5, used: 0 } }),
  schedulerQuotas: read({ schedules: 10_000_000, invocationsPerSecond: 1000 }),
  network: null,
  offer: read({
    hasVersion: true,
    versions: ['17.7'],
    zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  }),
  ...changes,
})

const installation = (stage: 'small' | 'dev' | 'prod' | 'existing', more: Record<string, string> = {}) => {
  const values: Record<string, string> = { stage, ...INSTALLATIONS[stage], ...more }
  return installationFrom((name) => values[name])
}

/** The findings that are not ok, as `level check: sentence`. */
const problems = (
  facts: Facts,
  stage: 'small' | 'dev' | 'prod' | 'existing' = 'dev',
  more: Record<string, string> = {},
  hosts = 1000,
): string[] =>
  checkAll(facts, installation(stage, more), hosts)
    .filter(({ level }) => level !== 'ok')
    .map(({ level, check, says }) => `${level} ${check}: ${says}`)

describe('a preflight', () => {
  it('a preflight says in a sentence for each check that nothing is wrong', () => {
    expect(problems(account())).toEqual([])
    const findings = checkAll(account(), installation('dev'), 1000)
    expect(findings.map(({ check }) => check)).toEqual([
      'account',
      'bootstrap',
      'stack',
      'names',
      'concurrency',
      'zones',
      'database',
      'addresses',
      'quotas',
      'Scheduler',
    ])
  })

  it('a preflight goes on where a call is refused, and says so once for each check', () => {
    const all = account({
      bootstrapVersion: unreadable,
      stackStatus: unreadable,
      takenNames: named({ queue: unreadable }),
      concurrency: unreadable,
      zones: unreadable,
      vpcs: unreadable,
      quotas: unreadable,
      schedulerQuotas: unreadable,
      offer: unreadable,
    })
    const checks = ['bootstrap', 'stack', 'names: queue', 'concurrency', 'zones']
    expect(problems(all)).toEqual(
      [...checks, 'database', 'addresses', 'quotas', 'Scheduler'].map(
        (check) => `warning ${check}: this could not be checked: you have no right to x:Y`,
      ),
    )
  })

  it.each<[string, Partial<Facts>, RegExp]>([
    [
      'no bootstrap stack',
      { bootstrapVersion: read(null) },
      /^failure bootstrap: .*npx cdk bootstrap aws:\/\/111122223333\/eu-west-1$/,
    ],
    ['an old bootstrap stack', { bootstrapVersion: read(5) }, /^failure bootstrap: .* has version 5, and 6/],
    [
      'a stack that can only be deleted',
      { stackStatus: read('ROLLBACK_COMPLETE') },
      /^failure stack: .* ROLLBACK_COMPLETE: delete it/,
    ],
    ['a stack in the middle of a change', { stackStatus: read('UPDATE_IN_PROGRESS') }, /^failure stack: /],
    [
      'a stuck rollback',
      { stackStatus: read('UPDATE_ROLLBACK_FAILED') },
      /continue its rollback in CloudFormation first$/,
    ],
    [
      'log groups of a removed stage',
      { takenNames: named({ 'log group': read(['/aws/lambda/fleet-awareness-dev-probe']) }) },
      /^failure names: log group: there is a log group \/aws\/lambda\/fleet-awareness-dev-probe: a stage that was removed/,
    ],
    [
      'a schedule group that is being deleted',
      { takenNames: named({ 'schedule group': read(['fleet-awareness-dev-probes']) }) },
      /^failure names: schedule group: .* exists until all of its schedules are deleted/,
    ],
    [
      'a new account',
      { concurrency: read({ limit: 10, unreserved: 10 }) },
      /^failure concurrency: the functions reserve a concurrency of \d+ and 100 must be left, but 10 of the account's 10/,
    ],
    [
      'an account whose concurrency others reserve',
      { concurrency: read({ limit: 1000, unreserved: 111 }) },
      /^failure concurrency: .* 111 of the account's 1000/,
    ],
    [
      'a zone without the database',
      { offer: read({ hasVersion: true, versions: ['17.7'], zones: ['eu-west-1a', 'eu-west-1c'] }) },
      /^failure zones: RDS does not offer the database in the zone eu-west-1b/,
    ],
    [
      'a zone without Lambda',
      {
        zones: read([
          { name: 'us-east-1a', id: 'use1-az3' },
          { name: 'us-east-1b', id: 'use1-az1' },
        ]),
        offer: unreadable,
      },
      /^failure zones: Lambda is not in the zone us-east-1a \(use1-az3\)/,
    ],
    [
      'a region with one zone',
      { zones: read([{ name: 'eu-west-1a', id: 'euw1-az1' }]) },
      /^failure zones: 2 zones are needed/,
    ],
    [
      'an engine version that the region does not have',
      { offer: read({ hasVersion: false, versions: ['17.4', '17.6'], zones: [] }) },
      /^failure database: RDS does not offer aurora-postgresql 17\.7 in eu-west-1 \(it offers 17\.4, 17\.6\)/,
    ],
    [
      'an instance class that the region does not have',
      { offer: read({ hasVersion: true, versions: ['17.7'], zones: [] }) },
      /^failure database: RDS does not offer db\.serverless/,
    ],
    [
      'an address range that another VPC has',
      { vpcs: read([{ id: 'vpc-1', cidrs: ['172.31.0.0/16', '10.91.128.0/20'], stack: null }]) },
      /^warning addresses: 10\.91\.0\.0\/16 overlaps with 10\.91\.128\.0\/20 of vpc-1/,
    ],
    [
      'as many VPCs as there may be',
      { quotas: read({ vpcs: { limit: 5, used: 5 }, addresses: { limit: 5, used: 0 } }) },
      /^failure quotas: 5 of 5 VPCs are in use, and 1 more are needed/,
    ],
    [
      'as many addresses as there may be',
      { quotas: read({ vpcs: { limit: 5, used: 0 }, addresses: { limit: 5, used: 5 } }) },
      /^failure quotas: 5 of 5 Elastic IP addresses/,
    ],
  ])('a preflight says what to do about %s', (_what, changes, sentence) => {
    const found = problems(account(changes)).filter((line) => !line.includes('could not be checked'))
    expect(found).toEqual([expect.stringMatching(sentence)])
  })

  it('a preflight of a stack that exists takes its names, concurrency, VPC and addresses for its own', () => {
    const deployed = account({
      stackStatus: read('UPDATE_COMPLETE'),
      takenNames: named({ function: read(['fleet-awareness-dev-probe']) }),
      concurrency: read({ limit: 200, unreserved: 188 }),
      vpcs: read([{ id: 'vpc-1', cidrs: ['10.91.0.0/16'], stack: 'fleet-awareness-dev' }]),
      quotas: read({ vpcs: { limit: 5, used: 5 }, addresses: { limit: 5, used: 5 } }),
    })
    expect(problems(deployed)).toEqual([])
    expect(problems({ ...deployed, concurrency: read({ limit: 110, unreserved: 98 }) })).toEqual([
      expect.stringMatching(/^failure concurrency: /),
    ])
  })

  it('a preflight lets a new account deploy without reserved concurrency, and warns an old one of it', () => {
    const reserve = { reserve: 'no' }
    expect(problems(account({ concurrency: read({ limit: 10, unreserved: 10 }) }), 'dev', reserve)).toEqual(
      [],
    )
    expect(problems(account(), 'dev', reserve)).toEqual([
      expect.stringMatching(/^warning concurrency: .* leave -c reserve=no out/),
    ])
  })

  it('a preflight of a stage that belongs to another account fails, and one that keeps data should belong to one', () => {
    const [warning] = problems(account(), 'prod')
    expect(warning).toMatch(/^warning account: .* write -c account=111122223333 into cdk\.json$/)
    expect(problems(account(), 'prod', { account: '111122223333' })).toEqual([])
    expect(problems(account(), 'dev', { account: '999999999999' })).toEqual([
      'failure account: this stage belongs to the account 999999999999, and these are credentials of 111122223333',
    ])
  })

  it('a preflight looks at the zones that are named, not at the first two', () => {
    const offer = read({ hasVersion: true, versions: ['17.7'], zones: ['eu-west-1a', 'eu-west-1c'] })
    expect(problems(account({ offer }), 'dev', { availabilityZones: 'eu-west-1a,eu-west-1c' })).toEqual([])
    expect(problems(account({ offer }), 'dev', { availabilityZones: 'eu-west-1a,eu-west-1x' })).toEqual([
      expect.stringMatching(/^failure zones: 2 zones are needed/),
    ])
  })

  it('a preflight compares Scheduler’s quotas with the fleet that is named', () => {
    const schedulerQuotas = read({ schedules: 10_000, invocationsPerSecond: 30 })
    expect(problems(account({ schedulerQuotas }), 'dev', {}, 9000)).toEqual([])
    expect(problems(account({ schedulerQuotas }), 'dev', {}, 12_000)).toEqual([
      expect.stringMatching(/^failure Scheduler: 12000 hosts need 12000 schedules/),
      expect.stringMatching(/^warning Scheduler: 12000 hosts need 40 invocations per second/),
    ])
  })
})

describe('a preflight into existing subnets', () => {
  const existing = (subnets: readonly Subnet[], services: readonly string[] = [], more = {}): Facts =>
    account({
      network: read({
        subnets,
        missing: [],
        endpoints: [
          ...services.map((service) => ({ id: `vpce-${service}`, service, kind: 'Interface' })),
          { id: 'vpce-gateway', service: 's3', kind: 'Gateway' },
        ],
        ...more,
      }),
    })
  const isolated = subnet({ defaultRoute: null })
  const withS3 = subnet({ defaultRoute: null, gatewayEndpoints: ['vpce-gateway'] })
  const without = { endpoints: 'there already' }

  it.each<[string, Facts, Record<string, string>, string[]]>([
    ['NAT', existing([subnet()]), without, []],
    ['a transit gateway', existing([subnet({ defaultRoute: 'tgw-1' })]), without, []],
    ['endpoints that the stack creates', existing([withS3]), { endpoints: 'create' }, []],
    [
      'endpoints that exist',
      existing([withS3], ['scheduler', 'lambda', 'sqs', 'events', 'sns']),
      without,
      [],
    ],
    [
      'endpoints that exist, but for one',
      existing([withS3], ['scheduler', 'lambda', 'sqs', 'events']),
      without,
      ['no route out, and no endpoint for sns: give -c endpoints=create'],
    ],
    [
      'no way to S3',
      existing([isolated]),
      { endpoints: 'create' },
      ['no route out, and no endpoint for s3: add an S3 gateway endpoint (free)'],
    ],
    [
      'no way at all',
      existing([isolated]),
      without,
      ['no route out, and no endpoint for scheduler, lambda, sqs, events, sns, s3: give'],
    ],
    [
      'an internet gateway',
      existing([subnet({ defaultRoute: 'igw-1' })]),
      without,
      ['is a public one: functions have no public address'],
    ],
    [
      'a subnet of another VPC',
      existing([subnet({ vpcId: 'vpc-other' })]),
      without,
      ['is in vpc-other, not in vpc-0a1b2c3d4e5f60718'],
    ],
    [
      'a subnet that does not exist',
      existing([subnet()], [], { missing: ['subnet-9'] }),
      without,
      ['there is no subnet subnet-9 in this region'],
    ],
  ])('a preflight into existing subnets judges %s', (_what, facts, more, sentences) => {
    expect(problems(facts, 'existing', { account: '111122223333', ...more })).toEqual(
      sentences.map((sentence) => expect.stringContaining(sentence)),
    )
  })

  it('a preflight into existing subnets wants a way to Secrets Manager where there are passwords', () => {
    const { databaseResourceId: _, databaseOwner: __, ...withPasswords } = INSTALLATIONS.existing
    const databaseSecretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:scanner-AbCdEf'
    const values: Record<string, string> = {
      ...withPasswords,
      stage: 'existing',
      ...without,
      databaseSecretArn,
    }
    const facts = existing([withS3], ['scheduler', 'lambda', 'sqs', 'events', 'sns'])
    const found = checkAll(
      facts,
      installationFrom((name) => values[name]),
      1,
    ).filter(({ level }) => level === 'failure')
    expect(found).toEqual([
      expect.objectContaining({ says: expect.stringContaining('no endpoint for secretsmanager') }),
    ])
  })
})

describe('ranges of addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.91.0.0/16', true],
    ['10.91.0.0/16', '10.91.255.0/24', true],
    ['10.91.0.0/16', '10.92.0.0/16', false],
    ['0.0.0.0/0', '10.91.0.0/16', true],
    ['10.91.0.0/16', 'fd00::/8', false],
    ['10.91.0.0/16', '', false],
  ])('ranges of addresses %s and %s overlap: %s', (one, other, expected) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected])
  })
})
