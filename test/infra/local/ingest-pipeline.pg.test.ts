import { GetObjectTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect, it, vi } from 'vitest'
import { startDriftPipeline } from '../../../infra/local/drift-pipeline.ts'
import { localS3Client } from '../../../infra/local/emulators/s3/server.ts'
import { startIngestPipeline } from '../../../infra/local/ingest-pipeline.ts'
import { collectOutput } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { testResult } from '../../support/xccdf-file.ts'

it('a results file that is put into the bucket of the running product is recorded and judged, as in AWS', async () => {
  await using db = await freshDatabase()
  await addHosts(db.sql, 1)
  const faults: unknown[] = []
  const deps = {
    database: { owner: db.sql, ownerSignIn: db.owner, as: db.as, isShared: false, close: async () => {} },
    now: () => new Date(),
    log: collectOutput().stream,
    onFault: (error: unknown) => void faults.push(error),
  }
  const drift = await startDriftPipeline(deps)
  const { queue, sqs } = drift
  const ingest = await startIngestPipeline({
    ...deps,
    sqs: { client: queue.client, endpoint: sqs.endpoint, scanQueueUrl: queue.url },
  })
  const { endpoint, bucket: Bucket } = ingest.s3
  const s3 = localS3Client(endpoint)
  const put = async (Key: string, endTime: string, result: string) => {
    const Body = testResult({ endTime, rules: [{ id: 'a', result }] })
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
    await vi.waitFor(async () => {
      const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))
      expect(TagSet).toContainEqual({ Key: 'fleet-awareness', Value: 'recorded' })
    }, 20_000)
  }
  await put('host-1/1.xml', '2026-03-01T10:00:00Z', 'pass')
  await put('host-1/2.xml', '2026-03-02T10:00:00Z', 'fail')
  const verdicts = () => db.sql`select kind from scan_verdicts order by completed_at`
  await vi.waitFor(
    async () => expect(await verdicts()).toEqual([{ kind: 'stable' }, { kind: 'major_worsening' }]),
    20_000,
  )
  s3.destroy()
  await ingest.stop()
  await drift.stop()
  expect(faults).toEqual([])
})
