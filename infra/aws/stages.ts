import type { Given } from './context.ts'
import {
  alarms,
  contextSettings,
  createdNetwork,
  databaseMetrics,
  iamOrSecret,
  inventorySettings,
} from './context-settings.ts'
import type { Settings } from './settings.ts'

/** The stages that can be deployed. */
export const STAGE_NAMES = ['small', 'dev', 'prod', 'existing', 'emulated'] as const
export type Stage = (typeof STAGE_NAMES)[number]

/** All differences between stages. Values that only the installation knows come from the CDK context. */
export const STAGES: Record<Stage, (given: Given) => Settings> = {
  /**
   * For trying the product in an account, at the lowest price: some hundred hosts, one zone, and nothing that takes over
   * when the database or the way out fails. `cdk destroy` removes all of it.
   */
  small: (given) => ({
    network: createdNetwork(given, {
      cidr: '10.93.0.0/16',
      nat: { kind: 'instance', instanceType: 't4g.nano' },
    }),
    database: {
      kind: 'create_instance',
      instanceType: 't4g.micro',
      storageGb: 20,
      backupDays: 1,
      maxConnections: 60,
    },
    initialPolicy: { probeIntervalSeconds: 300, hostsPerSchedule: 1 },
    concurrency: { probe: 5, drift: 2, isReserved: given.yesOrNo('reserve', 'yes') },
    confirmation: { looksTwiceAMinute: false },
    logRetentionDays: 7,
    ...contextSettings(given, 'ec2'),
    data: 'delete',
  }),

  /** As `prod` in small: the same services without what is there for failures. `cdk destroy` removes all of it. */
  dev: (given) => ({
    network: createdNetwork(given, { cidr: '10.91.0.0/16', nat: { kind: 'gateways', number: 1 } }),
    database: {
      kind: 'create',
      snapshot: given.optional('databaseSnapshot'),
      minCapacityUnits: 0.5,
      maxCapacityUnits: 2,
      readers: 0,
      backupDays: 1,
      maxConnections: 100,
    },
    initialPolicy: { probeIntervalSeconds: 300, hostsPerSchedule: 1 },
    concurrency: { probe: 5, drift: 2, isReserved: given.yesOrNo('reserve', 'yes') },
    confirmation: { looksTwiceAMinute: true },
    logRetentionDays: 7,
    ...contextSettings(given, 'ec2'),
    data: 'delete',
  }),

  /** With a VPC and a database that the stack creates, for up to 10,000 hosts without changing a setting. */
  prod: (given) => ({
    network: createdNetwork(given, { cidr: '10.92.0.0/16', nat: { kind: 'gateways', number: 2 } }),
    database: {
      kind: 'create',
      snapshot: given.optional('databaseSnapshot'),
      minCapacityUnits: 0.5,
      maxCapacityUnits: 8,
      readers: 1,
      backupDays: 14,
      maxConnections: 200,
    },
    initialPolicy: { probeIntervalSeconds: 300, hostsPerSchedule: 1 },
    concurrency: { probe: 40, drift: 10, isReserved: given.yesOrNo('reserve', 'yes') },
    confirmation: { looksTwiceAMinute: true },
    logRetentionDays: 90,
    ...contextSettings(given, 'ec2'),
    data: 'keep',
  }),

  /** In an existing VPC with an existing database, usually that of the scanner. */
  existing: (given) => ({
    network: {
      kind: 'existing',
      vpcId: given.text('vpcId'),
      subnetIds: given.filledList('subnetIds'),
      endpoints: given.optional('endpoints') === 'create' ? 'create' : 'there already',
      ipv6: given.yesOrNo('ipv6', 'no'),
    },
    database: {
      kind: 'existing',
      host: given.text('databaseHost'),
      port: given.count('databasePort', 5432),
      name: given.text('databaseName'),
      signIn: iamOrSecret(given),
      maxConnections: given.count('databaseMaxConnections', 100),
      securityGroupId: given.optional('databaseSecurityGroupId'),
      metrics: databaseMetrics(given),
      certificates: 'rds',
    },
    initialPolicy: { probeIntervalSeconds: 300, hostsPerSchedule: 1 },
    concurrency: { probe: 20, drift: 5, isReserved: given.yesOrNo('reserve', 'yes') },
    confirmation: { looksTwiceAMinute: true },
    logRetentionDays: 90,
    // The subnets may have no way to EC2.
    ...contextSettings(given, 'off'),
    data: 'keep',
  }),

  /** In an AWS emulator on this machine, with a PostgreSQL server on this machine. */
  emulated: (given) => ({
    account: given.optional('account'),
    network: { kind: 'none' },
    database: {
      kind: 'existing',
      host: given.text('databaseHost'),
      port: given.count('databasePort', 5432),
      name: given.text('databaseName'),
      signIn: {
        kind: 'password',
        owner: given.text('databaseOwner'),
        password: given.text('databasePassword'),
      },
      maxConnections: 100,
      securityGroupId: null,
      metrics: null,
      certificates: 'unencrypted',
    },
    initialPolicy: { probeIntervalSeconds: 60, hostsPerSchedule: 1 },
    concurrency: { probe: 5, drift: 2, isReserved: given.yesOrNo('reserve', 'yes') },
    confirmation: { looksTwiceAMinute: true },
    logRetentionDays: 1,
    alarms: alarms(given, 'basic'),
    scanners: [],
    notify: { emails: [], slack: null },
    inventory: inventorySettings(given, 'ec2'),
    // The emulator has none.
    archiveDays: null,
    subscribers: [],
    data: 'delete',
  }),
}
