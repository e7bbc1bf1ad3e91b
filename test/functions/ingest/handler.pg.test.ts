import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { INGEST_METRICS } from '../../../shared/domain/metrics.ts'
import { type IngestFunction, ingestFunction } from '../../support/functions/ingest.ts'
import { hdfFile } from '../../support/hdf-file.ts'
import { addHosts } from '../../support/hosts.ts'
import { testResult } from '../../support/xccdf-file.ts'

/** A results file of the machine `host-1`, with a rule that passes and one that may fail. */
const results = ({ day = 1, fails = false, target = 'host-1' } = {}): string =>
  testResult({
    target,
    endTime: `2026-03-0${day}T10:00:00Z`,
    rules: [
      { id: 'a', result: 'pass' },
      { id: 'b', result: fails ? 'fail' : 'pass' },
    ],
  })

/** What is recorded, in the order in which the scans were complete. */
const recorded = ({ db }: IngestFunction) =>
  db.sql<{ scan_id: string; hostname: string; failed: number }[]>`
    select s.scan_id, h.hostname, s.failed from scans s join hosts h on h.id = s.host_id order by s.completed_at`

const linesOf = ({ output }: IngestFunction, message: string) =>
  output.lines.filter((line) => line.message === message)

const metric = ({ output }: IngestFunction, name: string): number =>
  output.lines.reduce((sum, line) => sum + ('_aws' in line ? Number(line[name] ?? 0) : 0), 0)

describe('a results file in the bucket', () => {
  it.each([
    ['XCCDF', results()],
    ['InSpec JSON', hdfFile([{ id: 'c' }])],
    ['gzip', gzipSync(results())],
    [
      'our own JSON',
      JSON.stringify({
        completed_at: '2026-03-01T10:00:00Z',
        results: [{ rule_id: 'a', status: 'pass', severity: 'low' }],
      }),
    ],
  ])(
    'a results file in the bucket (%s) is recorded for the host that its key names, announced and tagged',
    async (_format, content) => {
      await using ingest = await ingestFunction()
      const [hostId] = await addHosts(ingest.db.sql, 2)
      const message = await ingest.bucket.put('HOST-1/some folder/a+b.results', content)
      expect(await ingest.run(message)).toEqual({ batchItemFailures: [] })
      const [scan] = await recorded(ingest)
      expect(scan).toMatchObject({ hostname: 'host-1' })
      expect(await ingest.announced()).toEqual([scan?.scan_id])
      expect(await ingest.bucket.tagsOf('HOST-1/some folder/a+b.results')).toEqual({
        'fleet-awareness': 'recorded',
        'fleet-awareness-host': hostId,
        'fleet-awareness-scan': scan?.scan_id,
      })
      expect(metric(ingest, INGEST_METRICS.recorded)).toBe(1)
      expect(await ingest.deadLetters()).toEqual([])
    },
  )

  it.each(['host', 'address'] as const)(
    'a results file in the bucket is recorded for the host of which its key has the %s',
    async (by) => {
      await using ingest = await ingestFunction()
      const [, second = ''] = await addHosts(ingest.db.sql, 2)
      await ingest.db.sql`update hosts set ip_address = '192.0.2.7' where id = ${second}`
      await ingest.run(await ingest.bucket.put(`${by === 'host' ? second : '192.0.2.7'}/x.xml`, results()))
      expect(await recorded(ingest)).toMatchObject([{ hostname: 'host-2' }])
    },
  )

  it('a results file in the bucket whose key has no folder is recorded for the only host that fits its content', async () => {
    await using ingest = await ingestFunction()
    await addHosts(ingest.db.sql, 2)
    await ingest.run(await ingest.bucket.put('x.xml', results()))
    expect(await recorded(ingest)).toMatchObject([{ hostname: 'host-1' }])
  })

  it('a results file in the bucket that was put twice, delivered twice, or twice at once is one scan', async () => {
    await using ingest = await ingestFunction()
    await addHosts(ingest.db.sql, 1)
    const first = await ingest.bucket.put('host-1/x.xml', results())
    await Promise.all([ingest.run(first), ingest.run(first)])
    await ingest.run(await ingest.bucket.put('host-1/again.xml', results()))
    const scans = await recorded(ingest)
    expect(scans).toHaveLength(1)
    expect(new Set(await ingest.announced())).toEqual(new Set([scans[0]?.scan_id]))
    expect(await ingest.db.sql`select count(*)::int as rows from transactions`).toEqual([{ rows: 2 }])
    expect(metric(ingest, INGEST_METRICS.recorded)).toBe(1)
    expect(metric(ingest, INGEST_METRICS.repeated)).toBe(2)
    expect(await ingest.bucket.tagsOf('host-1/again.xml')).toMatchObject({ 'fleet-awareness': 'recorded' })
  })

  it('a results file in the bucket that was overwritten before it was read is read as it was, and so is the later one', async () => {
    await using ingest = await ingestFunction()
    await addHosts(ingest.db.sql, 1)
    const first = await ingest.bucket.put('host-1/x.xml', results({ day: 1, fails: true }))
    const second = await ingest.bucket.put('host-1/x.xml', results({ day: 2 }))
    await ingest.run(first)
    await ingest.run(second)
    expect((await recorded(ingest)).map(({ failed }) => failed)).toEqual([1, 0])
  })

  it('a results file in the bucket that was deleted is read as it was, and passed over where it is gone for good', async () => {
    await using ingest = await ingestFunction()
    await addHosts(ingest.db.sql, 1)
    const hidden = await ingest.bucket.put('host-1/hidden.xml', results())
    await ingest.bucket.remove('host-1/hidden.xml')
    const gone = await ingest.bucket.put('host-1/gone.xml', results({ day: 2 }))
    await ingest.bucket.remove('host-1/gone.xml', JSON.parse(gone).Records[0].s3.object.versionId)
    const never = JSON.stringify({
      Records: [{ s3: { bucket: { name: ingest.bucket.bucket }, object: { key: 'host-1/never.xml' } } }],
    })
    expect(await ingest.run(hidden, gone, never)).toEqual({ batchItemFailures: [] })
    expect(await recorded(ingest)).toHaveLength(1)
    expect(linesOf(ingest, 'scan file gone').map(({ key }) => key)).toEqual([
      'host-1/gone.xml',
      'host-1/never.xml',
    ])
    expect(await ingest.deadLetters()).toEqual([])
  })

  it('a results file in the bucket of an older scan than the newest one is not recorded, says so, and nobody has to look', async () => {
    await using ingest = await ingestFunction()
    await addHosts(ingest.db.sql, 1)
    await ingest.run(await ingest.bucket.put('host-1/new.xml', results({ day: 2 })))
    await ingest.run(await ingest.bucket.put('host-1/old.xml', results({ day: 1 })))
    expect(await recorded(ingest)).toHaveLength(1)
    expect(await ingest.announced()).toHaveLength(1)
    expect(await ingest.bucket.tagsOf('host-1/old.xml')).toMatchObject({
      'fleet-awareness': 'rejected',
      'fleet-awareness-reason': 'superseded',
    })
    expect(await ingest.deadLetters()).toEqual([])
  })
})

describe('what is no scan of a host', () => {
  it.each([
    ['host-1/x.txt', 'some text', 'unknown_format'],
    ['host-1/x.xml', results().slice(0, 150), 'truncated'],
    ['host-1/x.xml', results().replace('2026-03-01', '2099-03-01'), 'completed_at_in_future'],
    // Although the content fits a host: it is not the one that the key names.
    ['elsewhere/x.xml', results({ target: 'host-1' }), 'unknown_host'],
    ['x.xml', results({ target: 'web-99' }), 'unknown_host'],
    ['x.json', hdfFile([{ id: 'c' }]), 'no_host'],
    ['twin/x.xml', results(), 'ambiguous_host'],
  ])(
    'what is no scan of a host (%s) becomes a dead letter with its reason and key: %s',
    async (key, content, reason) => {
      await using ingest = await ingestFunction()
      const [, second = '', third = ''] = await addHosts(ingest.db.sql, 3)
      await ingest.db.sql`update hosts set hostname = 'twin' where id in (${second}, ${third})`
      const message = await ingest.bucket.put(key, content)
      expect(await ingest.run(message)).toEqual({ batchItemFailures: [] })
      expect(await ingest.deadLetters()).toMatchObject([{ reason, key, body: message }])
      expect(await ingest.bucket.tagsOf(key)).toEqual({
        'fleet-awareness': 'rejected',
        'fleet-awareness-reason': reason,
      })
      expect(await recorded(ingest)).toEqual([])
      expect(await ingest.announced()).toEqual([])
      expect(metric(ingest, INGEST_METRICS.rejected)).toBe(1)
    },
  )

  it('what is no scan of a host: a message that nobody understands is a dead letter, and S3’s test message is not', async () => {
    await using ingest = await ingestFunction()
    const test = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' })
    await ingest.run(
      test,
      'not JSON',
      '{"Records":[]}',
      '{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"%"}}}]}',
    )
    expect((await ingest.deadLetters()).map(({ reason }) => reason)).toEqual([
      'malformed_json',
      'wrong_shape',
      'wrong_shape',
    ])
  })
})

describe('what may pass', () => {
  it('what may pass is tried again: a scan that was recorded and not announced is announced then, and recorded once', async () => {
    await using ingest = await ingestFunction()
    await addHosts(ingest.db.sql, 1)
    const message = await ingest.bucket.put('host-1/x.xml', results())
    expect(await ingest.runUnannounced(message)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
    expect(await ingest.bucket.tagsOf('host-1/x.xml')).toEqual({})
    expect(await ingest.run(message)).toEqual({ batchItemFailures: [] })
    const scans = await recorded(ingest)
    expect(scans).toHaveLength(1)
    expect(await ingest.announced()).toEqual([scans[0]?.scan_id])
    expect(await ingest.bucket.tagsOf('host-1/x.xml')).toMatchObject({ 'fleet-awareness': 'recorded' })
  })

  it('what may pass is tried again by itself: a message whose bucket does not answer does not keep others from it', async () => {
    await using ingest = await ingestFunction()
    await addHosts(ingest.db.sql, 1)
    const message = await ingest.bucket.put('host-1/x.xml', results())
    const other = message.replaceAll(ingest.bucket.bucket, 'another-bucket')
    expect(await ingest.run(other, message)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
    expect(await recorded(ingest)).toHaveLength(1)
    expect(metric(ingest, INGEST_METRICS.retried)).toBe(1)
    expect(linesOf(ingest, 'scan file not ingested')).toHaveLength(1)
    expect(await ingest.deadLetters()).toEqual([])
  })
})
