import { CfnOutput } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import type { Database } from './database.ts'
import type { FunctionNetwork } from './network.ts'
import { NodeFunction } from './node-function.ts'

/** Above the handler's own deadline of 25 s. */
const OPERATE_TIMEOUT_SECONDS = 30
/** Operators at once. */
export const OPERATE_CONCURRENCY = 2

export type OperatorsDoorProps = {
  readonly stage: string
  readonly settings: Settings
  readonly network: FunctionNetwork | null
  readonly database: Database
  readonly probe: NodeFunction
}

/** The way in for people: the database is in a VPC, so a function that only those may invoke whom IAM lets. */
export class OperatorsDoor extends Construct {
  readonly operate: NodeFunction
  readonly operators: iam.ManagedPolicy

  constructor(scope: Construct, id: string, props: OperatorsDoorProps) {
    super(scope, id)
    const { stage } = props
    this.operate = new NodeFunction(this, 'Operate', {
      ...props,
      folder: 'operate',
      description: 'Fleet Awareness: answers operators, and changes hosts and policy for them',
      memoryMb: 512,
      timeoutSeconds: OPERATE_TIMEOUT_SECONDS,
      concurrency: OPERATE_CONCURRENCY,
      signIn: props.database.signInAs('awareness_operate'),
    })
    this.operators = new iam.ManagedPolicy(this, 'Operators', {
      managedPolicyName: `awareness-${stage}-operators`,
      description: 'To attach to whoever operates Fleet Awareness: fleet commands, and probing a host now',
      statements: [
        new iam.PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: [this.operate.handler.functionArn, props.probe.handler.functionArn],
        }),
      ],
    })
    new CfnOutput(this, 'OperateFunction', { value: this.operate.handler.functionName })
    new CfnOutput(this, 'OperatorsPolicy', { value: this.operators.managedPolicyArn })
  }
}
