import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutRetentionPolicyCommand,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-cloudwatch-logs'
import { BOUNDED_CALLS } from './client-settings.ts'

/** A client whose calls time out. Region, credentials and endpoint come from the environment. */
export const createLogsClient = (): CloudWatchLogsClient => new CloudWatchLogsClient(BOUNDED_CALLS)

/** Has a log group forget what is older than `days`, and creates it if the service that writes to it has not yet. */
export async function expireLogs(
  client: CloudWatchLogsClient,
  { logGroupName, days }: { readonly logGroupName: string; readonly days: number },
): Promise<void> {
  try {
    await client.send(new CreateLogGroupCommand({ logGroupName }))
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error
  }
  await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: days }))
}
