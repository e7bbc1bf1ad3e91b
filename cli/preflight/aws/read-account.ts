import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { readCallerIdentity } from '../../../shared/aws/caller-identity.ts'
import type { Facts } from '../facts.ts'
import type { Reading } from '../finding.ts'
import { clientSettings } from './client-settings.ts'
import { reading, unlessMissing } from './reading.ts'

/** Whose credentials are used, and for which region. */
export const readIdentity = (): Promise<Reading<{ readonly account: string; readonly region: string }>> =>
  reading('sts:GetCallerIdentity', () => readCallerIdentity(clientSettings()))

/** Where the bootstrap stack of the CDK writes its version, unless somebody gave it another qualifier. */
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version'

/** Reads the version of the bootstrap stack. */
export const readBootstrapVersion = (): Promise<Facts['bootstrapVersion']> =>
  reading('ssm:GetParameter', () =>
    unlessMissing(
      ({ name }) => name === 'ParameterNotFound',
      null,
      async () => {
        const client = new SSMClient(clientSettings())
        const { Parameter } = await client.send(new GetParameterCommand({ Name: BOOTSTRAP_PARAMETER }))
        return Number(Parameter?.Value)
      },
    ),
  )

/** Reads the status of the stack. */
export const readStackStatus = (stack: string): Promise<Facts['stackStatus']> =>
  reading('cloudformation:DescribeStacks', () =>
    unlessMissing(
      // CloudFormation has no error of its own for it.
      ({ name, message }) => name === 'ValidationError' && message.includes('does not exist'),
      null,
      async () => {
        const client = new CloudFormationClient(clientSettings())
        const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }))
        return Stacks?.[0]?.StackStatus ?? null
      },
    ),
  )

/** Reads the concurrency of the account. */
export const readConcurrency = (): Promise<Facts['concurrency']> =>
  reading('lambda:GetAccountSettings', async () => {
    const client = new LambdaClient(clientSettings())
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand())
    const limit = AccountLimit?.ConcurrentExecutions
    const unreserved = AccountLimit?.UnreservedConcurrentExecutions
    if (limit === undefined || unreserved === undefined)
      throw new Error('Lambda does not say the concurrency')
    return { limit, unreserved }
  })
