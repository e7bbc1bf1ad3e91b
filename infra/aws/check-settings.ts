import { isInstallationName, MAX_INSTALLATION_NAME_LENGTH } from '../../shared/domain/names.ts'
import { describeRange, isInRange, POLICY_RANGES, type PolicyRange } from '../../shared/domain/policy.ts'
import { networkProblems } from './check-network.ts'
import { CONNECTIONS_SPARED, reservedConcurrency } from './concurrency.ts'
import { refusal } from './refusal.ts'
import type { DatabaseSettings, NetworkSettings, Settings } from './settings.ts'

/** The settings cannot work. Each problem is a sentence that says what to change. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** The numbers of days that CloudWatch Logs accepts in PutRetentionPolicy. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

/** The reason why an installation cannot be called so. */
export const nameProblems = (name: string): string[] =>
  refusal(
    !isInstallationName(name),
    `name ${name} cannot be part of AWS's names: it is made of at most ${MAX_INSTALLATION_NAME_LENGTH} lower-case letters, digits and hyphens, and begins with a letter`,
  )

/** Lists every reason why `settings` cannot be deployed; the list is empty when they can. */
export function findProblems(settings: Settings): string[] {
  return [
    ...refusal(
      settings.account !== null && !/^\d{12}$/.test(settings.account),
      `account ${settings.account} is not an account's id: it has 12 digits`,
    ),
    ...networkProblems(settings.network),
    ...databaseProblems(settings.database, settings.network),
    ...numberProblems(settings),
    ...scannerProblems(settings.scanners),
    ...subscriberProblems(settings.subscribers),
    ...(settings.inventory?.roles ?? []).flatMap(roleProblems),
  ]
}

function databaseProblems(database: DatabaseSettings, network: NetworkSettings): string[] {
  if (database.kind !== 'existing') {
    return [
      ...refusal(
        network.kind === 'none',
        'a database that the stack creates needs a network: choose network create or existing',
      ),
      ...refusal(
        network.kind === 'existing' && network.subnetIds.length < 2,
        'a database that the stack creates needs subnets in two availability zones: name both in subnetIds',
      ),
      ...(database.kind === 'create' ? capacityProblems(database) : []),
    ]
  }
  const { signIn } = database
  const { securityGroupId } = database
  return [
    ...refusal(
      securityGroupId !== null && !/^sg-[0-9a-f]{8,17}$/.test(securityGroupId),
      `databaseSecurityGroupId ${securityGroupId} is not a security group's id: it looks like sg-0a1b2c3d`,
    ),
    ...refusal(
      signIn.kind === 'iam' &&
        signIn.resourceId !== '' &&
        !/^(cluster|db)-[A-Z0-9]+$/.test(signIn.resourceId),
      'databaseResourceId is the cluster-… or db-… id in capitals that RDS shows under Configuration, not a name or an ARN',
    ),
    ...refusal(
      signIn.kind === 'secret' &&
        !/^arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/.test(signIn.arn),
      'databaseSecretArn is not the whole ARN of a Secrets Manager secret: it begins with arn:aws:secretsmanager: and ends in a hyphen and six characters',
    ),
    ...refusal(
      database.host.includes('/') || database.host.includes(':'),
      `databaseHost ${database.host} is not a host name: leave scheme and port out (the port is -c databasePort)`,
    ),
    ...refusal(
      securityGroupId !== null && network.kind === 'none',
      'databaseSecurityGroupId needs a network: functions outside of a VPC have no security group to let in',
    ),
  ]
}

const capacityProblems = ({
  minCapacityUnits: min,
  maxCapacityUnits: max,
}: Extract<DatabaseSettings, { kind: 'create' }>): string[] =>
  refusal(min > max, `minCapacityUnits (${min}) is above maxCapacityUnits (${max})`)

function numberProblems(settings: Settings): string[] {
  const { initialPolicy, concurrency, database, logRetentionDays, alarms } = settings
  const connections = reservedConcurrency(concurrency) + CONNECTIONS_SPARED
  return [
    ...outside(
      'probeIntervalSeconds',
      initialPolicy.probeIntervalSeconds,
      POLICY_RANGES.probe_interval_seconds,
    ),
    ...outside('hostsPerSchedule', initialPolicy.hostsPerSchedule, POLICY_RANGES.hosts_per_schedule),
    ...outside('concurrency.probe', concurrency.probe, whole(1, 1000)),
    ...outside('concurrency.drift', concurrency.drift, whole(2, 1000)),
    ...outside('alarms.heartbeatMinutes', alarms.heartbeatMinutes, whole(5, 1440)),
    ...outside('alarms.unreachablePercent', alarms.unreachablePercent, whole(1, 99)),
    ...outside('alarms.goingDownPercent', alarms.goingDownPercent, whole(1, 99)),
    ...refusal(
      connections > database.maxConnections,
      `the functions may hold ${connections} connections at once and the database has ${database.maxConnections}: lower concurrency or raise maxConnections`,
    ),
    ...refusal(
      !RETENTION_DAYS.includes(logRetentionDays),
      `CloudWatch cannot keep logs for ${logRetentionDays} days: choose one of ${RETENTION_DAYS.join(', ')}`,
    ),
  ]
}

const scannerProblems = (scanners: readonly string[]): string[] =>
  scanners
    .filter((who) => !/^\d{12}$/.test(who) && !/^arn:[^:]+:iam::\d{12}:(role|user|root)/.test(who))
    .map((who) => `scanners holds ${who}, which is neither an account id of 12 digits nor the ARN of a role`)

const roleProblems = (arn: string): string[] =>
  refusal(
    !/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(arn),
    `inventoryRoles holds ${arn}, which is not the ARN of a role: it looks like arn:aws:iam::111122223333:role/fleet-inventory`,
  )

const subscriberProblems = (subscribers: readonly string[]): string[] =>
  subscribers
    .filter((arn) => !/^arn:[^:]+:events:[^:]+:\d{12}:event-bus\/.+$/.test(arn))
    .map(
      (arn) =>
        `subscribers holds ${arn}, which is not the ARN of an event bus: it looks like arn:aws:events:eu-west-1:111122223333:event-bus/security`,
    )

const whole = (least: number, most: number): PolicyRange => ({ least, most, multipleOf: 1 })

const outside = (name: string, value: number, range: PolicyRange): string[] =>
  refusal(!isInRange(value, range), `${name} is ${value}: it must be ${describeRange(range)}`)
