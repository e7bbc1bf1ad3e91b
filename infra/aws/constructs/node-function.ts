import { fileURLToPath } from 'node:url'
import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { type ICommandHooks, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import * as logs from 'aws-cdk-lib/aws-logs'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct, type IConstruct } from 'constructs'
import { FUNCTIONS, type FunctionName, functionName } from '../../../shared/domain/functions.ts'
import type { Settings } from '../settings.ts'
import type { Database } from './database.ts'
import type { DatabaseSignIn } from './database-sign-in.ts'
import type { FunctionNetwork } from './network.ts'

const LAMBDA_CREDENTIALS = fileURLToPath(
  new URL('../../../functions/runtime/lambda-credentials.ts', import.meta.url),
)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Without it a bundled CommonJS package that calls `require` stops at import. */
const REQUIRE_BANNER =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);"

/** What asynchronous invocations wait at most: after that the next one is due. */
const MAX_EVENT_AGE_SECONDS = 60

/** What all functions of a stage stand on. */
export type StageParts = {
  readonly stage: string
  readonly settings: Settings
  readonly network: FunctionNetwork | null
  readonly database: Database
}

export type NodeFunctionProps = StageParts & {
  readonly name: FunctionName
  readonly memoryMb: number
  readonly timeoutSeconds: number
  readonly concurrency?: number
  readonly environment?: Readonly<Record<string, string>>
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
  private readonly role: iam.Role
  private readonly denial: iam.PolicyStatement

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id)
    this.functionName = functionName(props.stage, props.name)
    this.signIn = props.database.signInAs(props.name)
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${this.functionName}`,
      retention: props.settings.logRetentionDays,
      removalPolicy:
        props.settings.data === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })
    this.logGroup.grantWrite(this.role)
    if (props.network !== null) this.joinNetwork()
    this.handler = this.createFunction(props)
    this.handler.configureAsyncInvoke({
      maxEventAge: Duration.seconds(MAX_EVENT_AGE_SECONDS),
      retryAttempts: 0,
      ...(props.onFailure === undefined ? {} : { onFailure: new SqsDestination(props.onFailure) }),
    })
    this.denial = denyOwnCode(this.functionName)
    this.role.addToPolicy(this.denial)
    const { connectResource } = this.signIn
    if (connectResource !== null) this.allow({ actions: ['rds-db:connect'], resources: [connectResource] })
  }

  /** Lets the function's code call `actions`; everything that is not named here is denied to it. */
  allow(statement: {
    readonly actions: string[]
    readonly resources: string[]
    readonly conditions?: iam.Conditions
  }): void {
    this.denial.addNotActions(...statement.actions)
    this.role.addToPolicy(new iam.PolicyStatement({ ...statement }))
  }

  /** For what Lambda does with the function's role on its behalf: the code stays denied. */
  allowLambda(statement: { readonly actions: string[]; readonly resources: string[] }): void {
    this.role.addToPolicy(new iam.PolicyStatement({ ...statement }))
  }

  /** Says why a wildcard is there; `finding` is what cdk-nag calls it. */
  explain(finding: string, reason: string): void {
    Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason })
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
      role: this.role,
      logGroup: this.logGroup,
      projectRoot: ROOT,
      depsLockFilePath: `${ROOT}package-lock.json`,
      bundling: bundling(props.commandHooks),
      awsSdkConnectionReuse: false,
      ...(props.concurrency === undefined ? {} : { reservedConcurrentExecutions: props.concurrency }),
      ...(props.network === null
        ? {}
        : {
            vpc: props.network.vpc,
            vpcSubnets: props.network.subnets,
            securityGroups: [props.network.securityGroup],
          }),
      environment: {
        STAGE: props.stage,
        NODE_OPTIONS: '--enable-source-maps',
        ...this.signIn.environment,
        ...props.environment,
      },
    })
  }

  /** Lambda makes the network interfaces with the function's role; `denyOwnCode` keeps the code itself from it. */
  private joinNetwork(): void {
    this.role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    )
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Lambda asks for these on every resource to put a function into a VPC; the code is denied them.',
    })
  }
}

/**
 * The role also serves Lambda itself (network interfaces, failed events). Requests that come from the
 * function's own code bear its ARN, and those are held to its log and to what `allow` names.
 */
const denyOwnCode = (name: string): iam.PolicyStatement =>
  new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    notActions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: ['*'],
    conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn(name) } },
  })

const functionArn = (name: string): string =>
  `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${name}`

const bundling = (commandHooks: ICommandHooks | undefined) => ({
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  sourceMap: true,
  // The sources are in the repository, by the commit that the stack was deployed from.
  sourcesContent: false,
  banner: REQUIRE_BANNER,
  bundleAwsSDK: true,
  mainFields: ['module', 'main'],
  esbuildArgs: { '--alias:@aws-sdk/credential-provider-node': LAMBDA_CREDENTIALS },
  ...(commandHooks === undefined ? {} : { commandHooks }),
})
