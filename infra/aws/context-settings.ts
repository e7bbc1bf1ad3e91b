import { INVENTORY_KINDS } from '../../shared/domain/inventory-source.ts'
import type { Given } from './context.ts'
import type {
  AlarmSettings,
  DatabaseMetrics,
  InventorySettings,
  NatSettings,
  NetworkSettings,
  NotifySettings,
  SignIn,
} from './settings.ts'

/** How long events can be replayed to a consumer that was unavailable. */
const ARCHIVE_DAYS = 30

/** What the context says alike of every stage in AWS; `inventory` is what a stage lists unless the context says else. */
export const contextSettings = (given: Given, inventory: string) => ({
  account: given.optional('account'),
  alarms: alarms(given, 'full'),
  scanners: given.list('scanners'),
  notify: notifySettings(given),
  inventory: inventorySettings(given, inventory),
  archiveDays: ARCHIVE_DAYS,
  subscribers: given.list('subscribers'),
})

/** Each stage has a range of its own by default, so that the stages of an account can be peered with the same hosts. */
export const createdNetwork = (
  given: Given,
  { cidr, nat }: { readonly cidr: string; readonly nat: NatSettings },
): NetworkSettings => ({
  kind: 'create',
  cidr: given.optional('vpcCidr') ?? cidr,
  availabilityZones: given.list('availabilityZones'),
  nat,
  ipv6: given.yesOrNo('ipv6', 'no'),
})

/** What the alarms say to whom; `monitoring` is `basic` where AWS is emulated. */
export const alarms = (given: Given, monitoring: AlarmSettings['monitoring']): AlarmSettings => ({
  monitoring,
  messages: given.optional('alarmMessages') === 'questions' ? 'questions' : 'each',
  topicArn: given.optional('alarmTopicArn'),
  emails: given.list('alarmEmails'),
  runbook: given.optional('runbook') ?? 'docs/operations.md',
  heartbeatMinutes: 15,
  unreachablePercent: 20,
  goingDownPercent: 10,
})

/** `-c inventory=off` turns it off, as does a stage of which it is the default. */
export function inventorySettings(given: Given, otherwise: string): InventorySettings | null {
  const named = given.optional('inventory') ?? otherwise
  if (named === 'off') return null
  return {
    kinds: given.listOf('inventory', INVENTORY_KINDS, otherwise),
    regions: given.list('inventoryRegions'),
    roles: given.list('inventoryRoles'),
  }
}

/** Who is sent the digest. */
function notifySettings(given: Given): NotifySettings {
  const workspaceId = given.optional('slackWorkspaceId')
  return {
    emails: given.list('notifyEmails'),
    slack: workspaceId === null ? null : { workspaceId, channelId: given.text('slackChannelId') },
  }
}

/** How functions sign in to an existing database: by IAM unless a secret is given. */
export function iamOrSecret(given: Given): SignIn {
  const arn = given.optional('databaseSecretArn')
  if (arn !== null) return { kind: 'secret', arn, versionId: given.optional('databaseSecretVersion') }
  return { kind: 'iam', resourceId: given.text('databaseResourceId'), owner: given.text('databaseOwner') }
}

/** The metrics of an existing database; null where the context names neither a cluster nor an instance. */
export function databaseMetrics(given: Given): DatabaseMetrics | null {
  const cluster = given.optional('databaseCluster')
  if (cluster !== null) return { dimension: 'DBClusterIdentifier', identifier: cluster }
  const instance = given.optional('databaseInstance')
  return instance === null ? null : { dimension: 'DBInstanceIdentifier', identifier: instance }
}
