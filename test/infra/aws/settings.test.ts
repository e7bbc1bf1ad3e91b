import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../../infra/aws/build-app.ts'
import { findProblems } from '../../../infra/aws/check-settings.ts'
import { CONTEXT_VALUES, givenFrom } from '../../../infra/aws/context.ts'
import type { DatabaseSettings, Settings } from '../../../infra/aws/settings.ts'
import { STAGES } from '../../../infra/aws/stages.ts'
import { INSTALLATIONS } from '../../support/synth.ts'

/** CDK makes a folder for each app, also for one that comes to nothing. */
const outdir = mkdtempSync(join(tmpdir(), 'fleet-awareness-settings-'))
afterAll(() => rmSync(outdir, { recursive: true, force: true }))

const problemsWith = (context: Record<string, string>): readonly string[] => {
  try {
    buildApp({ context, outdir })
  } catch (error) {
    return (error as { problems: readonly string[] }).problems
  }
  throw new Error('nothing was wrong')
}

const existing = (changes: Record<string, string>): Record<string, string> => ({
  stage: 'existing',
  ...INSTALLATIONS.existing,
  ...changes,
})

const dev = (changes: Partial<Settings>): string[] => {
  const settings = STAGES.dev(givenFrom(() => undefined, 'dev'))
  return findProblems({ ...settings, ...changes })
}

describe('a wrong setting is refused at synth with a sentence:', () => {
  it('a stage that does not exist is refused with a sentence', () => {
    expect(problemsWith({ stage: 'staging' })).toEqual([
      'there is no stage staging: the stages are small, dev, prod, existing, emulated (infra/aws/stages.ts)',
    ])
  })

  it('a synth without a stage is refused with a sentence', () => {
    expect(problemsWith({})).toEqual([
      expect.stringMatching(/^which stage\? Add -c stage=…: the stages are small, dev, /),
    ])
  })

  it('a name that AWS does not take is refused with a sentence', () => {
    for (const name of ['Payments', 'payments_eu', 'a-name-of-14-ch']) {
      expect(problemsWith({ stage: 'dev', name })).toEqual([
        expect.stringMatching(/^name \S+ cannot be part of AWS's names: it is made of at most 13 lower-case/),
      ])
    }
  })

  it('every context value that is missing is named at once, each with what it means', () => {
    expect(problemsWith({ stage: 'existing' })).toEqual(
      (
        ['vpcId', 'subnetIds', 'databaseHost', 'databaseName', 'databaseResourceId', 'databaseOwner'] as const
      ).map((name) => `stage existing needs -c ${name}=… (${CONTEXT_VALUES[name]})`),
    )
  })

  it.each([
    [{ vpcId: 'my-vpc' }, /^vpcId my-vpc is not a VPC's id/],
    [{ subnetIds: 'subnet-0a1b2c3d,eu-west-1a' }, /^subnetIds holds eu-west-1a, which is not a subnet's id/],
    [{ databaseHost: 'postgres://db:5432/x' }, /is not a host name: leave scheme and port out/],
    [{ databasePort: 'five' }, /^-c databasePort=five: give a whole number/],
    [{ databaseResourceId: 'my-cluster' }, /^databaseResourceId is the cluster-… or db-… id in capitals/],
    [
      { databaseSecretArn: 'my-secret' },
      /^databaseSecretArn is not the whole ARN of a Secrets Manager secret/,
    ],
    [
      { databaseSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:scanner' },
      /ends in a hyphen and six characters$/,
    ],
    [{ databaseSecurityGroupId: 'default' }, /^databaseSecurityGroupId default is not a security group's id/],
    [
      { databaseMaxConnections: '20' },
      /^the functions may hold 38 connections at once and the database has 20/,
    ],
    [{ subscribers: 'security' }, /^subscribers holds security, which is not the ARN of an event bus/],
    [{ inventory: 'ec2,azure' }, /^-c inventory=ec2,azure: azure is none of ec2, ssm/],
    [
      { inventory: 'ec2', inventoryRoles: '111122223333' },
      /^inventoryRoles holds 111122223333, which is not the ARN/,
    ],
    [{ scanners: 'everyone' }, /^scanners holds everyone, which is neither an account id/],
    [{ scanners: '*' }, /^scanners holds \*, which is neither an account id/],
  ])('the settings %o are refused with a sentence', (changes, sentence) => {
    expect(problemsWith(existing(changes as Record<string, string>))).toEqual([
      expect.stringMatching(sentence),
    ])
  })

  it('a range or zones that no VPC can have are refused with a sentence', () => {
    const network = (changes: object) => ({
      network: {
        kind: 'create',
        cidr: '10.91.0.0/16',
        availabilityZones: [],
        ipv6: false,
        nat: { kind: 'gateways', number: 1 },
        ...changes,
      } as const,
    })
    for (const cidr of ['10.91.0.0', '10.91.0.0/28', '10.91.1.0/16', '10.91.0.256/16', 'fd00::/16']) {
      expect(dev(network({ cidr }))).toEqual([expect.stringMatching(/^vpcCidr .* is not a range for a VPC/)])
    }
    expect(dev(network({ cidr: '172.20.16.0/20' }))).toEqual([])
    expect(dev(network({ availabilityZones: ['eu-west-1a'] }))).toEqual([
      'availabilityZones holds eu-west-1a: the database needs two zones',
    ])
    expect(dev(network({ availabilityZones: ['eu-west-1', 'us-gov-west-1b'] }))).toEqual([
      expect.stringMatching(/^availabilityZones holds eu-west-1, which is not a zone's name/),
    ])
  })

  it('numbers beyond what the system or AWS can do are refused with a sentence', () => {
    expect(dev({ initialPolicy: { probeIntervalSeconds: 30, hostsPerSchedule: 501 } })).toEqual([
      'probeIntervalSeconds is 30: it must be a multiple of 60 from 60 to 3600',
      'hostsPerSchedule is 501: it must be a whole number from 1 to 500',
    ])
    expect(dev({ initialPolicy: { probeIntervalSeconds: 90, hostsPerSchedule: 1 } })).toEqual([
      'probeIntervalSeconds is 90: it must be a multiple of 60 from 60 to 3600',
    ])
    expect(dev({ concurrency: { probe: 0, drift: 1, isReserved: true } })).toEqual([
      'concurrency.probe is 0: it must be a whole number from 1 to 1000',
      'concurrency.drift is 1: it must be a whole number from 2 to 1000',
    ])
    const { alarms } = STAGES.dev(givenFrom(() => undefined, 'dev'))
    expect(dev({ alarms: { ...alarms, heartbeatMinutes: 1, unreachablePercent: 120 } })).toEqual([
      'alarms.heartbeatMinutes is 1: it must be a whole number from 5 to 1440',
      'alarms.unreachablePercent is 120: it must be a whole number from 1 to 99',
    ])
    expect(dev({ logRetentionDays: 10 })).toEqual([
      expect.stringMatching(/^CloudWatch cannot keep logs for 10 days: choose one of 1, 3, 5, 7,/),
    ])
  })

  it('an account that is none, and any but the one that the stage belongs to, is refused with a sentence', () => {
    expect(problemsWith({ stage: 'dev', account: 'mine' })).toEqual([
      "account mine is not an account's id: it has 12 digits",
    ])
    const context = { stage: 'dev', account: '111122223333', 'aws:cdk:bundling-stacks': [] }
    expect(() => buildApp({ context, outdir }, '444455556666')).toThrow(
      'this stage belongs to the account 111122223333, and these are credentials of 444455556666',
    )
    for (const current of ['111122223333', undefined]) {
      const { stack } = buildApp({ context, outdir }, current)
      expect(stack.environment).toMatch(/^aws:\/\/111122223333\//)
    }
  })

  it('anything but yes or no is refused for a reservation', () => {
    expect(problemsWith({ stage: 'dev', reserve: 'maybe' })).toEqual([
      expect.stringMatching(/^-c reserve=maybe: give yes or no/),
    ])
  })

  it('a database to be created where there is no network for it is refused with a sentence', () => {
    expect(dev({ network: { kind: 'none' } })).toEqual([
      'a database that the stack creates needs a network: choose network create or existing',
    ])
    const network = {
      kind: 'existing',
      vpcId: 'vpc-0a1b2c3d',
      subnetIds: ['subnet-0a1b2c3d'],
      endpoints: 'create',
      ipv6: false,
    } as const
    expect(dev({ network })).toEqual([expect.stringMatching(/needs subnets in two availability zones/)])
  })

  it('capacity limits the wrong way round are refused with a sentence', () => {
    const database: DatabaseSettings = {
      kind: 'create',
      snapshot: null,
      minCapacityUnits: 4,
      maxCapacityUnits: 2,
      readers: 0,
      backupDays: 1,
      maxConnections: 100,
    }
    expect(dev({ database })).toEqual(['minCapacityUnits (4) is above maxCapacityUnits (2)'])
  })
})

describe('the settings of each stage', () => {
  it('the settings of each stage are what their installation needs, and nothing is wrong with them', () => {
    for (const [stage, settingsOf] of Object.entries(STAGES)) {
      const context: Readonly<Record<string, string>> = INSTALLATIONS[stage as keyof typeof STAGES]
      const given = givenFrom((name) => context[name], stage)
      expect([...given.problems, ...findProblems(settingsOf(given))], join(stage)).toEqual([])
    }
  })
})
