import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { localS3Client, type PutNotification, startS3 } from '../../../infra/local/emulators/s3/server.ts'

export type ScanBucket = AsyncDisposable & {
  readonly client: S3Client
  readonly endpoint: string
  readonly bucket: string
  /** Puts an object, and returns the body of the message that S3 sends about it. */
  readonly put: (key: string, content: string | Buffer) => Promise<string>
  /** Without a version it leaves a marker; a version is removed for good. */
  readonly remove: (key: string, versionId?: string) => Promise<void>
  readonly tagsOf: (key: string) => Promise<Record<string, string>>
}

const BUCKET = 'fleet-awareness-test-scans-000000000000-us-east-1'

/** The bucket for results files on loopback, and the client that finds it. */
export async function startScanBucket(): Promise<ScanBucket> {
  const notifications: PutNotification[] = []
  const s3 = await startS3({
    bucket: BUCKET,
    now: () => new Date(),
    onPut: (notification) => void notifications.push(notification),
  })
  const client = localS3Client(s3.endpoint)
  return {
    client,
    endpoint: s3.endpoint,
    bucket: BUCKET,
    put: async (key, content) => {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: content }))
      return JSON.stringify(notifications.pop())
    },
    remove: async (key, versionId) => {
      await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key, VersionId: versionId }))
    },
    tagsOf: async (key) => {
      const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: key }))
      return Object.fromEntries(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]))
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await s3.stop()
    },
  }
}
