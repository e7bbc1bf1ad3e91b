import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { readScanCompleted } from '../../shared/contracts/scan-completed.ts'
import { announceScan } from '../../shared/producer/announce-scan.ts'
import { startSqsWithClient } from '../support/servers/sqs.ts'

it('the message that announces a scan is one that the drift function reads', async () => {
  await using sqs = await startSqsWithClient()
  const { queue } = await sqs.createQueue()
  const scan = {
    hostId: '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005',
    scanId: '11111111-2222-3333-4444-555555555555',
    completedAt: new Date('2026-03-01T10:00:00.123Z'),
  }
  await announceScan(sqs.client, queue.url, scan)
  const { Messages } = await sqs.client.send(new ReceiveMessageCommand({ QueueUrl: queue.url }))
  expect(Messages?.map(({ Body = '' }) => readScanCompleted(Body))).toEqual([
    { scan: { hostId: scan.hostId, scanId: scan.scanId, completedAtMs: scan.completedAt.getTime() } },
  ])
  await expect(announceScan(sqs.client, `${queue.url}-gone`, scan)).rejects.toThrow()
})
