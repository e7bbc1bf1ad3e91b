import { Aws, Validations } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { DatabaseSignIn } from './database-sign-in.ts'

/** What a function may do. */
export type Permission = {
  readonly actions: string[]
  readonly resources: string[]
  readonly conditions?: iam.Conditions
}

/** The IAM role of one function, with the least that it needs. */
export class FunctionRole {
  readonly role: iam.Role
  private readonly denial: iam.PolicyStatement

  constructor(scope: Construct, functionName: string) {
    this.role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })
    this.denial = denyOwnCode(functionName)
  }

  /** Denies the code all that is not allowed by name: called once, when Lambda's own statements are there. */
  denyTheRest(): void {
    this.role.addToPolicy(this.denial)
  }

  /** Lets the function's code call `actions`; everything that is not named here is denied to it. */
  allow(statement: Permission): void {
    this.denial.addNotActions(...statement.actions)
    this.role.addToPolicy(new iam.PolicyStatement({ ...statement }))
  }

  /** For what Lambda does with the function's role on its behalf: the code stays denied. */
  allowLambda(statement: Permission): void {
    this.role.addToPolicy(new iam.PolicyStatement({ ...statement }))
  }

  /** Says why a wildcard is there; `finding` is what cdk-nag calls it. */
  explain(finding: string, reason: string): void {
    Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason })
  }

  /** Lets the function's code sign in to the database. */
  allowSignIn({ connectResource, secretArn }: DatabaseSignIn): void {
    if (connectResource !== null) this.allow({ actions: ['rds-db:connect'], resources: [connectResource] })
    if (secretArn === null) return
    this.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] })
    // Needed where the secret has a key of the customer's own, which the template does not know.
    this.allow({
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'kms:ViaService': `secretsmanager.${Aws.REGION}.amazonaws.com`,
          'kms:EncryptionContext:SecretARN': secretArn,
        },
      },
    })
    this.explain(
      'Resource::*',
      'The key of the secret is not known here; the conditions tie it to that one secret.',
    )
  }

  /** Lambda makes the network interfaces with the function's role; `denyOwnCode` keeps the code itself from it. */
  joinNetwork(): void {
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
