import type { InitialPolicy } from '../../shared/domain/policy.ts'

/** What may differ from stage to stage, and nothing else. */
export type Settings = {
  readonly network: NetworkSettings
  readonly database: DatabaseSettings
  /** The policy that a new database starts with. Later it is changed in the database, without a deploy. */
  readonly initialPolicy: InitialPolicy
  readonly concurrency: Concurrency
  /** Days that the functions' logs are kept: one of the numbers that CloudWatch Logs knows. */
  readonly logRetentionDays: number
  readonly alarms: AlarmSettings
  /** Who may send scan.completed messages: account ids, or ARNs of roles. */
  readonly scanners: readonly string[]
  /** Event buses, usually of other accounts, that every event is handed on to: ARNs. */
  readonly subscribers: readonly string[]
  /** What `cdk destroy` does with the database, the queues' messages and the logs. */
  readonly data: 'keep' | 'delete'
}

export type NetworkSettings =
  /** A VPC of its own, with private subnets and NAT. */
  | { readonly kind: 'create'; readonly availabilityZones: number; readonly natGateways: number }
  /** Subnets that are there: they must lead to the database, to the hosts, to Scheduler, SQS and S3. */
  | {
      readonly kind: 'existing'
      readonly vpcId: string
      readonly subnetIds: readonly string[]
      /** `create`: the stack makes the interface endpoints for Scheduler and SQS. */
      readonly endpoints: 'there already' | 'create'
    }
  /** The functions run outside of any VPC. */
  | { readonly kind: 'none' }

export type DatabaseSettings =
  | {
      readonly kind: 'create'
      /** Aurora capacity units; 0.5 is the least that never pauses. */
      readonly minCapacityUnits: number
      readonly maxCapacityUnits: number
      readonly readers: number
      readonly backupDays: number
      readonly maxConnections: number
    }
  | {
      readonly kind: 'existing'
      readonly host: string
      readonly port: number
      readonly name: string
      readonly signIn: SignIn
      /** What `show max_connections` says, less what others use. */
      readonly maxConnections: number
      /** Lets the functions in; without it somebody else has to. */
      readonly securityGroupId: string | null
      /** Where CloudWatch has the database's metrics; without it nothing watches its connections. */
      readonly metrics: DatabaseMetrics | null
      readonly certificates: 'rds' | 'unencrypted'
    }

export type DatabaseMetrics = {
  readonly dimension: 'DBClusterIdentifier' | 'DBInstanceIdentifier'
  readonly identifier: string
}

export type SignIn =
  /** Tokens signed with each function's role. `resourceId` is the cluster's or instance's (`cluster-…`, `db-…`). */
  | { readonly kind: 'iam'; readonly resourceId: string; readonly owner: string }
  /** A secret with OWNER_SECRET_FIELDS and the functions' fields in its JSON: passwords, where there is no IAM sign-in. */
  | { readonly kind: 'secret'; readonly arn: string; readonly versionId: string | null }
  /** Passwords in the template, in plain sight: for emulators. */
  | { readonly kind: 'password'; readonly owner: string; readonly password: string }

/** Environments of each function that may run at once; each holds one database connection. */
export type Concurrency = { readonly probe: number; readonly drift: number }

export type AlarmSettings = {
  /** `basic` leaves out what the AWS emulators cannot make: saved queries, alarms on arithmetic. */
  readonly monitoring: 'full' | 'basic'
  /** An SNS topic that is there; without it the stack makes one. */
  readonly topicArn: string | null
  /** Subscribed to the topic that the stack makes. */
  readonly emails: readonly string[]
  /** Where docs/operations.md can be read, for the links in the alarms. */
  readonly runbook: string
  /** How long no probe at all is nothing to worry about: three times the cadence of the policy. */
  readonly heartbeatMinutes: number
  /** Share of the fleet, in percent, that must be unreachable before somebody is woken. */
  readonly unreachablePercent: number
  /** The same of hosts that went down within a quarter of an hour. */
  readonly goingDownPercent: number
}

/** JSON fields of the secret of an existing database for its owner; those of the functions are in their table. */
export const OWNER_SECRET_FIELDS = { username: 'owner_username', password: 'owner_password' } as const
