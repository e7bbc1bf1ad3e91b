import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { type ICommandHooks, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs'
import * as logs from 'aws-cdk-lib/aws-logs'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct, type IConstruct } from 'constructs'
import { FUNCTIONS, type FunctionName } from '../../../shared/domain/functions.ts'
import type { Names } from '../../../shared/domain/names.ts'
import type { Settings } from '../settings.ts'
import { bundling } from './bundling.ts'
import type { Database } from './database.ts'
import type { DatabaseSignIn } from './database-sign-in.ts'
import type { EncryptionKey } from './encryption.ts'
import { FunctionRole, type Permission } from './function-role.ts'
import type { FunctionNetwork } from './network.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export type AsyncEvents = { readonly maxAgeSeconds: number; readonly retries: number }

/** Of an invocation that comes again by itself: after a minute the next one is due, and a repetition is worth nothing. */
const ONE_OF_MANY: AsyncEvents = { maxAgeSeconds: 60, retries: 0 }

/**
 * Lambda's own lines on an invocation that went well (START, END, REPORT: 265 bytes) are dropped, because nearly every
 * invocation does; what it says of a failure or a timeout is at the level WARN. Levels need the JSON format. Log lines and
 * metrics are JSON already and are passed on as they are, without a level as INFO (AWS Lambda Developer Guide, "Log-level
 * filtering"; "Logging Node.js functions" names Powertools as safe for embedded metrics, read 2026-11).
 */
const LOGGING = {
  loggingFormat: lambda.LoggingFormat.JSON,
  systemLogLevelV2: lambda.SystemLogLevel.WARN,
  applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
} as const

/** What all functions of an installation need. */
export type StageParts = {
  readonly names: Names
  readonly settings: Settings
  readonly network: FunctionNetwork | null
  readonly database: Database
  readonly key: EncryptionKey
}

export type NodeFunctionProps = StageParts & {
  readonly name: FunctionName
  readonly memoryMb: number
  readonly timeoutSeconds: number
  readonly concurrency?: number
  readonly environment?: Readonly<Record<string, string>>
  /** How long an asynchronous invocation may wait, and how often it is repeated: ONE_OF_MANY unless it is given. */
  readonly asyncEvents?: AsyncEvents
  /** Where the events of asynchronous invocations go that were not served. */
  readonly onFailure?: sqs.IQueue
  readonly commandHooks?: ICommandHooks
}

/** One of the functions: its bundle, its role with the least it needs, its log group. */
export class NodeFunction extends Construct {
  readonly handler: NodejsFunction
  readonly logGroup: logs.LogGroup
  readonly signIn: DatabaseSignIn
  /** Known before the function is: policies can name it without a circle. */
  readonly functionName: string
  private readonly role: FunctionRole

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id)
    const { asyncEvents = ONE_OF_MANY } = props
    this.functionName = props.names.function(props.name)
    this.signIn = props.database.signInAs(props.name)
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${this.functionName}`,
      ...(props.key === null ? {} : { encryptionKey: props.key }),
      retention: props.settings.logRetentionDays,
      removalPolicy:
        props.settings.data === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    this.role = new FunctionRole(this, this.functionName)
    this.logGroup.grantWrite(this.role.role)
    if (props.network !== null) this.role.joinNetwork()
    this.handler = this.createFunction(props)
    this.handler.configureAsyncInvoke({
      maxEventAge: Duration.seconds(asyncEvents.maxAgeSeconds),
      retryAttempts: asyncEvents.retries,
      ...(props.onFailure === undefined ? {} : { onFailure: new SqsDestination(props.onFailure) }),
    })
    this.role.denyTheRest()
    this.role.allowSignIn(this.signIn)
  }

  /** Lets the function's code call `actions`; everything that is not named here is denied to it. */
  allow(statement: Permission): void {
    this.role.allow(statement)
  }

  /** For what Lambda does with the function's role on its behalf: the code stays denied. */
  allowLambda(statement: Permission): void {
    this.role.allowLambda(statement)
  }

  /** Says why a wildcard is there; `finding` is what cdk-nag calls it. */
  explain(finding: string, reason: string): void {
    this.role.explain(finding, reason)
  }

  /** Keeps this function as it is until `other` is done. */
  waitFor(other: IConstruct): void {
    this.handler.node.addDependency(other)
  }

  private createFunction(props: NodeFunctionProps): NodejsFunction {
    return new NodejsFunction(this, 'Function', {
      functionName: this.functionName,
      description: FUNCTIONS[props.name].description,
      entry: `${ROOT}functions/${FUNCTIONS[props.name].folder}/handler.ts`,
      handler: 'handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      role: this.role.role,
      logGroup: this.logGroup,
      ...LOGGING,
      projectRoot: ROOT,
      depsLockFilePath: `${ROOT}package-lock.json`,
      bundling: bundling(props.commandHooks),
      awsSdkConnectionReuse: false,
      ...(props.concurrency === undefined || !props.settings.concurrency.isReserved
        ? {}
        : { reservedConcurrentExecutions: props.concurrency }),
      ...(props.network === null
        ? {}
        : {
            vpc: props.network.vpc,
            vpcSubnets: props.network.subnets,
            securityGroups: [props.network.securityGroup],
            ...(props.network.hasIpv6 ? { ipv6AllowedForDualStack: true } : {}),
          }),
      environment: {
        STAGE: props.names.installation,
        NODE_OPTIONS: '--enable-source-maps',
        ...this.signIn.environment,
        ...props.environment,
      },
    })
  }
}
