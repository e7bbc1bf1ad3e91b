import { Aws, CfnOutput } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { OPERATE_CONCURRENCY } from '../concurrency.ts'
import { formatServerParameters } from './created-server.ts'
import { ipv6Variable } from './network.ts'
import { NodeFunction, type StageParts } from './node-function.ts'

/** Above the handler's own deadline of 25 s. */
const OPERATE_TIMEOUT_SECONDS = 30
/** How people operate the system: its database is in a VPC, so a function answers whom IAM lets invoke it. */
export class Operate extends Construct {
  readonly function: NodeFunction
  readonly operators: iam.ManagedPolicy

  constructor(scope: Construct, id: string, props: StageParts & { readonly probe: NodeFunction }) {
    super(scope, id)
    this.function = new NodeFunction(this, 'Operate', {
      ...props,
      name: 'operate',
      memoryMb: 512,
      timeoutSeconds: OPERATE_TIMEOUT_SECONDS,
      concurrency: OPERATE_CONCURRENCY,
      environment: {
        SERVER_PARAMETERS: formatServerParameters(props.settings),
        IPV6: ipv6Variable(props.network),
      },
    })
    this.operators = new iam.ManagedPolicy(this, 'Operators', {
      managedPolicyName: props.names.operatorsPolicy(Aws.REGION),
      description: 'To attach to whoever operates Fleet Awareness: fleet commands, and probing a host now',
      statements: [
        new iam.PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: [this.function.handler.functionArn, props.probe.handler.functionArn],
        }),
      ],
    })
    new CfnOutput(this, 'OperateFunction', { value: this.function.handler.functionName })
    new CfnOutput(this, 'OperatorsPolicy', { value: this.operators.managedPolicyArn })
  }
}
