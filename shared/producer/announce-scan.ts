import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { scanCompleted } from '../contracts/scan-completed.ts'
import type { Scan } from './scan-results.ts'

/**
 * Tells the drift function that a scan is complete. Call it after the scan's rows are committed. Sending the
 * message twice does no harm.
 * @throws what the SQS client throws. The scan stays recorded, and can be announced again.
 */
export async function announceScan(
  client: SQSClient,
  queueUrl: string,
  { hostId, scanId, completedAt }: Omit<Scan, 'results'>,
): Promise<void> {
  const message = scanCompleted({ hostId, scanId, completedAtMs: completedAt.getTime() })
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }))
}
