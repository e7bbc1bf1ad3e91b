import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import * as rds from 'aws-cdk-lib/aws-rds'
import type { Construct } from 'constructs'
import { ENGINE_MAJOR_VERSION, ENGINE_VERSION } from '../engine.ts'
import type { DatabaseSettings } from '../settings.ts'
import {
  type CreatedServer,
  createParameters,
  letFunctionsIn,
  ownerCredentials,
  type ServerContext,
  storageEncryption,
} from './created-server.ts'
import { CREATED_OWNER, CREATED_PORT, DATABASE_NAME } from './database-sign-in.ts'
import type { EncryptionKey } from './encryption.ts'

type ClusterProps = Omit<rds.DatabaseClusterProps, 'credentials' | 'defaultDatabaseName'>

/** Aurora Serverless v2. */
export function createCluster(
  scope: Construct,
  database: Extract<DatabaseSettings, { kind: 'create' }>,
  context: ServerContext,
): CreatedServer {
  const { network, settings, key } = context
  const keep = settings.data === 'keep'
  const engine = rds.DatabaseClusterEngine.auroraPostgres({
    version: rds.AuroraPostgresEngineVersion.of(ENGINE_VERSION, ENGINE_MAJOR_VERSION),
  })
  const props: ClusterProps = {
    engine,
    parameterGroup: new rds.ParameterGroup(scope, 'Parameters', {
      engine,
      description: 'Fleet Awareness: TLS only, and as many connections as the alarm counts on',
      parameters: createParameters(settings),
    }),
    port: CREATED_PORT,
    iamAuthentication: true,
    ...storageEncryption(key),
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
  }
  const cluster = createOrRestore(scope, { snapshot: database.snapshot, key }, props)
  letFunctionsIn(cluster, context)
  acknowledgeChoices(cluster, keep)
  if (cluster.secret === undefined) throw new Error('the cluster has no secret')
  return {
    hostname: cluster.clusterEndpoint.hostname,
    resourceId: cluster.clusterResourceIdentifier,
    secretArn: cluster.secret.secretArn,
    metrics: { dimension: 'DBClusterIdentifier', identifier: cluster.clusterIdentifier },
    logGroupName: `/aws/rds/cluster/${cluster.clusterIdentifier}/postgresql`,
  }
}

/**
 * A cluster from a snapshot has the same logical id: CloudFormation puts it in the place of the one that there is. It has
 * the tables and roles of the snapshot, and a new password of the owner.
 */
function createOrRestore(
  scope: Construct,
  { snapshot, key }: { readonly snapshot: string | null; readonly key: EncryptionKey },
  props: ClusterProps,
): rds.DatabaseCluster | rds.DatabaseClusterFromSnapshot {
  if (snapshot === null)
    return new rds.DatabaseCluster(scope, 'Cluster', {
      ...props,
      credentials: ownerCredentials(CREATED_OWNER, key),
      defaultDatabaseName: DATABASE_NAME,
    })
  const restored = new rds.DatabaseClusterFromSnapshot(scope, 'Cluster', {
    ...props,
    snapshotIdentifier: snapshot,
    snapshotCredentials: rds.SnapshotCredentials.fromGeneratedSecret(
      CREATED_OWNER,
      key === null ? {} : { encryptionKey: key },
    ),
  })
  Validations.of(restored).acknowledge({
    id: 'CloudFormation-Validate::F3021',
    reason: 'CloudFormation refuses MasterUsername beside SnapshotIdentifier: the snapshot has the user.',
  })
  return restored
}

function acknowledgeChoices(
  cluster: rds.DatabaseCluster | rds.DatabaseClusterFromSnapshot,
  keep: boolean,
): void {
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
