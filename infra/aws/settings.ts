import type { InventoryKind } from '../../shared/domain/inventory-source.ts'
import type { InitialPolicy } from '../../shared/domain/policy.ts'

/** Everything that may differ between stages. */
export type Settings = {
  /** The only account that the stage may be deployed into; null where any may be. */
  readonly account: string | null
  readonly network: NetworkSettings
  readonly database: DatabaseSettings
  /** The policy that a new database starts with. Later it is changed in the database, without a deploy. */
  readonly initialPolicy: InitialPolicy
  readonly concurrency: Concurrency
  readonly confirmation: ConfirmationSettings
  /** For how many days the logs of the functions are kept: one of the numbers that CloudWatch Logs accepts. */
  readonly logRetentionDays: number
  readonly alarms: AlarmSettings
  /** Who may send scan.completed messages: account ids, or ARNs of roles. */
  readonly scanners: readonly string[]
  /** Who is sent the digest of changes. */
  readonly notify: NotifySettings
  /** How many days the event bus keeps events, to replay them; null where there is no archive. */
  readonly archiveDays: number | null
  /** Which machines come into the fleet by themselves; null: none, and hosts come by `fleet import` alone. */
  readonly inventory: InventorySettings | null
  /** ARNs of event buses, usually in other accounts, that receive every event. */
  readonly subscribers: readonly string[]
  /** Whether `cdk destroy` keeps or deletes the database, the messages in the queues and the logs. */
  readonly data: 'keep' | 'delete'
}

export type NetworkSettings =
  /** The stack creates a VPC with private subnets and NAT. */
  | {
      readonly kind: 'create'
      /** Its range of addresses. Those of networks that are peered must not overlap. */
      readonly cidr: string
      /** The names of its zones; none: the first two of the region. Lambda and Aurora are not in every zone. */
      readonly availabilityZones: readonly string[]
      readonly nat: NatSettings
      /** Whether it has IPv6 as well, so that hosts with an IPv6 address can be probed. */
      readonly ipv6: boolean
    }
  /** Existing subnets, with routes to the database, to the hosts, to Scheduler, SQS and S3. */
  | {
      readonly kind: 'existing'
      readonly vpcId: string
      readonly subnetIds: readonly string[]
      /** `create`: the stack creates the interface endpoints for Scheduler, Lambda, SQS and others. */
      readonly endpoints: 'there already' | 'create'
      /** Whether the subnets have IPv6 as well, with routes to the hosts. */
      readonly ipv6: boolean
    }
  /** The functions run outside of any VPC. */
  | { readonly kind: 'none' }

/** The way out of the VPC that a stack creates: to AWS's own APIs, and to hosts on the internet. */
export type NatSettings =
  /** One for each of the first zones. */
  | { readonly kind: 'gateways'; readonly number: number }
  /** An EC2 instance, at a fifth of the price of a gateway, without another one to take over when it fails. */
  | { readonly kind: 'instance'; readonly instanceType: string }

export type DatabaseSettings =
  | {
      readonly kind: 'create'
      /** In Aurora capacity units. 0.5 is the smallest capacity that never pauses. */
      /** The name or the ARN of a cluster snapshot that it is created from; null for an empty database. */
      readonly snapshot: string | null
      readonly minCapacityUnits: number
      readonly maxCapacityUnits: number
      readonly readers: number
      readonly backupDays: number
      readonly maxConnections: number
    }
  /** One RDS instance in one zone. */
  | {
      readonly kind: 'create_instance'
      /** Without `db.`, as t4g.micro. */
      readonly instanceType: string
      readonly storageGb: number
      readonly backupDays: number
      readonly maxConnections: number
    }
  | {
      readonly kind: 'existing'
      readonly host: string
      readonly port: number
      readonly name: string
      readonly signIn: SignIn
      /** The value of `show max_connections`, less the connections that others use. */
      readonly maxConnections: number
      /**
       * The security group of the database. The stack adds a rule for the functions; where it is null,
       * somebody else adds it.
       */
      readonly securityGroupId: string | null
      /** The database in CloudWatch. Where it is null, no alarm watches its connections. */
      readonly metrics: DatabaseMetrics | null
      readonly certificates: 'rds' | 'unencrypted'
    }

export type DatabaseMetrics = {
  readonly dimension: 'DBClusterIdentifier' | 'DBInstanceIdentifier'
  readonly identifier: string
}

export type SignIn =
  /**
   * By IAM tokens that are signed with the role of each function. `resourceId` names the cluster or the
   * instance (`cluster-…`, `db-…`).
   */
  | { readonly kind: 'iam'; readonly resourceId: string; readonly owner: string }
  /**
   * A secret with OWNER_SECRET_FIELDS and the functions' fields in its JSON: passwords, where there is no
   * IAM sign-in.
   */
  | { readonly kind: 'secret'; readonly arn: string; readonly versionId: string | null }
  /** By passwords that stand in the template as plain text: for emulators only. */
  | { readonly kind: 'password'; readonly owner: string; readonly password: string }

/** How many environments of each function may run at once. Each holds one database connection. */
export type Concurrency = {
  readonly probe: number
  readonly drift: number
  /**
   * Whether this concurrency is reserved, which is also the limit of the connections. A new AWS account has a concurrency
   * of 10 and reserves none of it.
   */
  readonly isReserved: boolean
}

/** The machines with the tag of the installation, of every kind in every region of every account that is named. */
export type InventorySettings = {
  readonly kinds: readonly InventoryKind[]
  /** None: the region of the stack. */
  readonly regions: readonly string[]
  /** Roles in other accounts that the function may assume; the own account is always listed. */
  readonly roles: readonly string[]
}

/** How soon a failure is confirmed. */
export type ConfirmationSettings = {
  /**
   * Whether the fan-out looks at the fleet a second time in each minute: no failure then waits longer than 40 s for that.
   * Without it some wait for a minute, and a run of the fan-out takes less than a second instead of 25.
   */
  readonly looksTwiceAMinute: boolean
}

export type NotifySettings = {
  readonly emails: readonly string[]
  /** A channel of Slack, in a workspace that Amazon Q Developer in chat applications is authorised for. */
  readonly slack: { readonly workspaceId: string; readonly channelId: string } | null
}

export type AlarmSettings = {
  /** `basic` leaves out what AWS emulators cannot create: saved queries, alarms on arithmetic. */
  readonly monitoring: 'full' | 'basic'
  /** Who sends messages: each alarm, or one alarm for each question of the dashboard. */
  readonly messages: 'each' | 'questions'
  /** An existing SNS topic; where it is null, the stack creates one. */
  readonly topicArn: string | null
  /** Addresses that are subscribed to the topic that the stack creates. */
  readonly emails: readonly string[]
  /** The address of docs/operations.md, for the links in the alarms. */
  readonly runbook: string
  /**
   * The alarm on silence goes off when nothing was probed for so long: three times the cadence of the
   * policy.
   */
  readonly heartbeatMinutes: number
  /** The share of the fleet, in percent, that must be unreachable to raise the alarm. */
  readonly unreachablePercent: number
  /** The share of the fleet, in percent, that must go down within 15 minutes to raise the alarm. */
  readonly goingDownPercent: number
}

/**
 * JSON fields of the secret of an existing database for its owner; those of the functions are in their
 * table.
 */
export const OWNER_SECRET_FIELDS = { username: 'owner_username', password: 'owner_password' } as const
