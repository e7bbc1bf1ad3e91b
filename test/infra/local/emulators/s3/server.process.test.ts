import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import {
  localS3Client,
  type PutNotification,
  startS3,
} from '../../../../../infra/local/emulators/s3/server.ts'

async function localS3() {
  const notifications: PutNotification[] = []
  const onPut = (notification: PutNotification): void => void notifications.push(notification)
  const s3 = await startS3({ bucket: 'scans', now: () => new Date(), onPut })
  const client = localS3Client(s3.endpoint)
  const read = async (Key: string, VersionId?: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'scans', Key, VersionId }))
    return Body?.transformToString()
  }
  return {
    client,
    notifications,
    read,
    put: (Key: string, Body: string | Buffer | Readable, ContentLength?: number) =>
      client.send(new PutObjectCommand({ Bucket: 'scans', Key, Body, ContentLength })),
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await s3.stop()
    },
  }
}

it('the local S3 keeps every version of an object, and reports each as S3 does', async () => {
  await using s3 = await localS3()
  const first = await s3.put('a b/ü+.xml', 'one')
  const second = await s3.put('a b/ü+.xml', 'two')
  expect(await s3.read('a b/ü+.xml')).toBe('two')
  expect(await s3.read('a b/ü+.xml', first.VersionId)).toBe('one')
  expect(s3.notifications.map(({ Records: [record] }) => record?.s3)).toEqual(
    [first, second].map(({ VersionId }) => ({
      bucket: { name: 'scans' },
      object: { key: 'a+b/%C3%BC%2B.xml', size: 3, versionId: VersionId },
    })),
  )
})

it('the local S3 takes a stream of the SDK, which comes in chunks of its own encoding', async () => {
  await using s3 = await localS3()
  const content = 'x'.repeat(300_000)
  await s3.put('large.xml', Readable.from([content.slice(0, 1000), content.slice(1000)]), content.length)
  expect(await s3.read('large.xml')).toBe(content)
})

it('the local S3 hides a deleted object, keeps its versions, and forgets a version that is deleted', async () => {
  await using s3 = await localS3()
  const { VersionId } = await s3.put('x', 'one')
  const remove = (version?: string) =>
    s3.client.send(new DeleteObjectCommand({ Bucket: 'scans', Key: 'x', VersionId: version }))
  await remove()
  await expect(s3.read('x')).rejects.toMatchObject({ name: 'NoSuchKey' })
  expect(await s3.read('x', VersionId)).toBe('one')
  await remove(VersionId)
  await expect(s3.read('x', VersionId)).rejects.toMatchObject({ name: 'NoSuchVersion' })
})

it('the local S3 keeps tags of each version, and says so where there is no such object or bucket', async () => {
  await using s3 = await localS3()
  await s3.put('x', 'one')
  const Tagging = { TagSet: [{ Key: 'a&b', Value: '<1>' }] }
  await s3.client.send(new PutObjectTaggingCommand({ Bucket: 'scans', Key: 'x', Tagging }))
  const tags = await s3.client.send(new GetObjectTaggingCommand({ Bucket: 'scans', Key: 'x' }))
  expect(tags.TagSet).toEqual(Tagging.TagSet)
  await expect(s3.read('never')).rejects.toMatchObject({ name: 'NoSuchKey' })
  const elsewhere = new GetObjectCommand({ Bucket: 'other', Key: 'x' })
  await expect(s3.client.send(elsewhere)).rejects.toMatchObject({ name: 'NoSuchBucket' })
})
