import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'

/**
 * Tells the drift function that a scan is complete. Send it after the scan's rows are committed. To send it
 * twice does no harm.
 * @throws what the SQS client throws; the scan stays recorded, and can be announced again.
 */
export async function announceScan(
  client: SQSClient,
  queueUrl: string,
  scan: { readonly hostId: string; readonly scanId: string; readonly completedAt: Date },
): Promise<void> {
  const message = {
    event: 'scan.completed',
    version: 1,
    host_id: scan.hostId,
    scan_id: scan.scanId,
    completed_at: scan.completedAt.toISOString(),
  }
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }))
}
