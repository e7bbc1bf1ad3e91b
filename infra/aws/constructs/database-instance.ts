import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
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

/** A full disk stops the database, so it grows by itself, up to this multiple of its size. */
const LARGEST_DISK_FACTOR = 5

/** One RDS instance in one zone: a quarter of the price of the smallest Aurora. */
export function createInstance(
  scope: Construct,
  database: Extract<DatabaseSettings, { kind: 'create_instance' }>,
  context: ServerContext,
): CreatedServer {
  const { network, settings, key } = context
  const engine = rds.DatabaseInstanceEngine.postgres({
    version: rds.PostgresEngineVersion.of(ENGINE_VERSION, ENGINE_MAJOR_VERSION),
  })
  const instance = new rds.DatabaseInstance(scope, 'Instance', {
    engine,
    instanceType: new ec2.InstanceType(database.instanceType),
    parameterGroup: new rds.ParameterGroup(scope, 'Parameters', {
      engine,
      description: 'Fleet Awareness: TLS only, and as many connections as the alarm counts on',
      parameters: createParameters(settings),
    }),
    credentials: ownerCredentials(CREATED_OWNER, key),
    databaseName: DATABASE_NAME,
    port: CREATED_PORT,
    iamAuthentication: true,
    storageType: rds.StorageType.GP3,
    ...storageEncryption(key),
    allocatedStorage: database.storageGb,
    maxAllocatedStorage: LARGEST_DISK_FACTOR * database.storageGb,
    multiAz: false,
    vpc: network.vpc,
    vpcSubnets: network.databaseSubnets,
    backupRetention: Duration.days(database.backupDays),
    copyTagsToSnapshot: true,
    deletionProtection: settings.data === 'keep',
    removalPolicy: settings.data === 'keep' ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
  })
  letFunctionsIn(instance, context)
  acknowledgeChoices(instance)
  if (instance.secret === undefined) throw new Error('the instance has no secret')
  if (instance.instanceResourceId === undefined) throw new Error('the instance has no resource id')
  return {
    hostname: instance.dbInstanceEndpointAddress,
    resourceId: instance.instanceResourceId,
    secretArn: instance.secret.secretArn,
    metrics: { dimension: 'DBInstanceIdentifier', identifier: instance.instanceIdentifier },
    logGroupName: null,
  }
}

function acknowledgeChoices(instance: rds.DatabaseInstance): void {
  const reasons = {
    RDS3: 'One zone is what makes this stage cheap: it is for trying the product.',
    RDS10: 'A stage whose settings say data: delete is there to be destroyed, database and all.',
    RDS11:
      'Obscuring the port hides nothing: the server is in isolated subnets and lets only the functions in.',
    SMG4: 'The owner signs in at deploy only, from the migration function, which reads the secret at run time; the functions sign in with IAM tokens.',
  }
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(instance).acknowledge({ id: `AwsSolutions-${rule}`, reason })
  }
}
