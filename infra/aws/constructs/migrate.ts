import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Aws, CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib'
import type { ICommandHooks } from 'aws-cdk-lib/aws-lambda-nodejs'
import { Construct } from 'constructs'
import type { DatabaseSettings } from '../settings.ts'
import { formatServerParameters } from './created-server.ts'
import type { DatabaseSignIn } from './database-sign-in.ts'
import { NodeFunction, type StageParts } from './node-function.ts'

const FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url))

const MIGRATE_TIMEOUT_SECONDS = 300
/**
 * Lambda's own defaults. A function that nobody invoked for weeks is inactive, and its first invocation fails while
 * AWS prepares it: an event that is dropped then leaves a deployment waiting, and a `cdk destroy` as well.
 */
const ASYNC_EVENTS = { maxAgeSeconds: 21_600, retries: 2 }
/** How long CloudFormation waits for the answer: twice the function's time, and some for it to be prepared. */
const SERVICE_TIMEOUT_SECONDS = 2 * MIGRATE_TIMEOUT_SECONDS + 300

/** Brings the database to the newest migration at every deploy that has a new one, before anything else changes. */
export class Migrate extends Construct {
  readonly function: NodeFunction
  readonly done: CustomResource

  constructor(scope: Construct, id: string, props: StageParts) {
    super(scope, id)
    const { initialPolicy, database } = props.settings
    const serverParameters = formatServerParameters(props.settings)
    const { logGroupName } = props.database
    const days = String(props.settings.logRetentionDays)
    const logs = logGroupName === null ? {} : { DATABASE_LOG_GROUP: logGroupName, DATABASE_LOG_DAYS: days }
    this.function = new NodeFunction(this, 'Migrate', {
      ...props,
      name: 'migrate',
      memoryMb: 256,
      timeoutSeconds: MIGRATE_TIMEOUT_SECONDS,
      environment: { ...props.database.rolePasswords, SERVER_PARAMETERS: serverParameters, ...logs },
      asyncEvents: ASYNC_EVENTS,
      commandHooks: withMigrations,
    })
    this.function.waitFor(props.database)
    if (logGroupName !== null) this.allowRetention(logGroupName)
    // CloudFormation refuses another service token for the same resource: with the name of the function, and so its
    // ARN, this id must change as well.
    this.done = new CustomResource(this, 'Applied', {
      resourceType: 'Custom::Migrations',
      serviceToken: this.function.handler.functionArn,
      serviceTimeout: Duration.seconds(SERVICE_TIMEOUT_SECONDS),
      properties: {
        // A change in any is what makes CloudFormation call the function again.
        MigrationsHash: hashFolder(FOLDER),
        Database: describeDatabase(this.function.signIn),
        // Migrations tell the roles their passwords.
        PasswordsVersion: describePasswordsVersion(database),
        ProbeIntervalSeconds: String(initialPolicy.probeIntervalSeconds),
        HostsPerSchedule: String(initialPolicy.hostsPerSchedule),
        ServerParameters: serverParameters,
        ...(logGroupName === null ? {} : { DatabaseLogDays: days }),
      },
    })
    new CfnOutput(this, 'DatabaseWarnings', { value: this.done.getAttString('Warnings') })
  }

  private allowRetention(logGroupName: string): void {
    const logGroup = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${logGroupName}`
    this.function.allow({
      actions: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
      // CloudWatch Logs wants the end for these actions; it stands for the streams of the one group.
      resources: [`${logGroup}:*`],
    })
    this.function.explain(
      `Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${this.named(logGroupName)}:*`,
      'The end stands for the streams of the one log group.',
    )
  }

  /** As cdk-nag writes a name that CloudFormation puts together: references in angle brackets. */
  private named(name: string): string {
    const resolved: { readonly 'Fn::Join'?: readonly [string, readonly (string | { Ref: string })[]] } =
      Stack.of(this).resolve(name)
    const parts = resolved['Fn::Join']?.[1] ?? []
    return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('')
  }
}

const describeDatabase = ({ environment }: DatabaseSignIn): string =>
  `${environment.DATABASE_HOST}:${environment.DATABASE_PORT}/${environment.DATABASE_NAME}`

function describePasswordsVersion(database: DatabaseSettings): string {
  const secret = database.kind === 'existing' && database.signIn.kind === 'secret' ? database.signIn : null
  return secret === null ? 'none' : `${secret.arn} ${secret.versionId ?? 'current'}`
}

/** The SQL lies beside the bundle, as files. */
const withMigrations: ICommandHooks = {
  beforeInstall: () => [],
  beforeBundling: () => [],
  afterBundling: (inputDir, outputDir) => [
    `cp -R "${join(inputDir, 'migrations')}" "${join(outputDir, 'migrations')}"`,
  ],
}

function hashFolder(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}
