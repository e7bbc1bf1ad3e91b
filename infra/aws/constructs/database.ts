import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as rds from 'aws-cdk-lib/aws-rds'
import { Construct } from 'constructs'
import type { FunctionName } from '../../../shared/domain/functions.ts'
import { MAX_HOSTS_PER_INVOCATION } from '../../../shared/domain/schedules.ts'
import type { DatabaseMetrics, DatabaseSettings, Settings } from '../settings.ts'
import {
  CREATED_OWNER,
  CREATED_PORT,
  DATABASE_NAME,
  type DatabaseSignIn,
  rolePasswords,
  signInToCreated,
  signInToExisting,
} from './database-sign-in.ts'
import type { FunctionNetwork } from './network.ts'

/** PostgreSQL's own max_locks_per_transaction. */
const DEFAULT_LOCKS_PER_TRANSACTION = 64

/**
 * The lock table has this many entries for each connection that there may be. A probe holds one entry a host:
 * without room for every probe function at its fullest, a day with many hosts down would fill the table, and
 * fail whoever needs a lock in that moment (`npm run simulate` counts them).
 */
const locksPerTransaction = ({ maxConnections }: CreatedDatabase, { concurrency }: Settings): number =>
  DEFAULT_LOCKS_PER_TRANSACTION + Math.ceil((MAX_HOSTS_PER_INVOCATION * concurrency.probe) / maxConnections)

type CreatedDatabase = Extract<DatabaseSettings, { kind: 'create' }>

/** The PostgreSQL of the system, made here or there already, and how each function signs in to it. */
export class Database extends Construct {
  readonly metrics: DatabaseMetrics | null
  readonly signInAs: (name: FunctionName) => DatabaseSignIn
  /** Passwords that migrations set, where roles do not sign in by IAM. */
  readonly rolePasswords: Readonly<Record<string, string>>

  constructor(scope: Construct, id: string, settings: Settings, network: FunctionNetwork | null) {
    super(scope, id)
    const { database } = settings
    if (database.kind === 'existing') {
      if (database.securityGroupId !== null) this.letIn(database.securityGroupId, database.port, network)
      this.metrics = database.metrics
      this.signInAs = (name) => signInToExisting(database, name)
      this.rolePasswords = rolePasswords(database)
      return
    }
    if (network === null) throw new Error('a database that the stack creates needs a network')
    const cluster = this.createCluster(database, network, settings)
    this.metrics = { dimension: 'DBClusterIdentifier', identifier: cluster.clusterIdentifier }
    this.signInAs = (name) => signInToCreated(cluster, name)
    this.rolePasswords = {}
  }

  private letIn(securityGroupId: string, port: number, network: FunctionNetwork | null): void {
    if (network === null) return
    const group = ec2.SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', securityGroupId)
    group.addIngressRule(network.securityGroup, ec2.Port.tcp(port), 'Fleet Awareness functions')
  }

  private createCluster(
    database: CreatedDatabase,
    network: FunctionNetwork,
    settings: Settings,
  ): rds.DatabaseCluster {
    const keep = settings.data === 'keep'
    const engine = rds.DatabaseClusterEngine.auroraPostgres({
      version: rds.AuroraPostgresEngineVersion.VER_17_7,
    })
    const cluster = new rds.DatabaseCluster(this, 'Cluster', {
      engine,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'Fleet Awareness: TLS only, and as many connections as the alarm counts on',
        parameters: {
          'rds.force_ssl': '1',
          max_connections: String(database.maxConnections),
          max_locks_per_transaction: String(locksPerTransaction(database, settings)),
        },
      }),
      credentials: rds.Credentials.fromGeneratedSecret(CREATED_OWNER),
      defaultDatabaseName: DATABASE_NAME,
      port: CREATED_PORT,
      iamAuthentication: true,
      storageEncrypted: true,
      vpc: network.vpc,
      vpcSubnets: network.databaseSubnets,
      serverlessV2MinCapacity: database.minCapacityUnits,
      serverlessV2MaxCapacity: database.maxCapacityUnits,
      writer: rds.ClusterInstance.serverlessV2('Writer'),
      readers: Array.from({ length: database.readers }, (_, i) =>
        rds.ClusterInstance.serverlessV2(`Reader${i + 1}`, { scaleWithWriter: true }),
      ),
      backup: { retention: Duration.days(database.backupDays) },
      cloudwatchLogsExports: ['postgresql'],
      copyTagsToSnapshot: true,
      deletionProtection: keep,
      removalPolicy: keep ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
    })
    cluster.connections.allowDefaultPortFrom(network.securityGroup, 'Fleet Awareness functions')
    acknowledgeChoices(cluster, keep)
    return cluster
  }
}

function acknowledgeChoices(cluster: rds.DatabaseCluster, keep: boolean): void {
  Validations.of(cluster).acknowledge(
    {
      id: 'AwsSolutions-SMG4',
      reason:
        'The owner signs in at deploy only, from the migration function, which reads the secret at run time; the functions sign in with IAM tokens.',
    },
    {
      id: 'AwsSolutions-RDS11',
      reason:
        'Obscuring the port hides nothing: the cluster is in isolated subnets and lets only the functions in.',
    },
  )
  if (keep) return
  Validations.of(cluster).acknowledge({
    id: 'AwsSolutions-RDS10',
    reason: 'A stage whose settings say data: delete is there to be destroyed, database and all.',
  })
}
