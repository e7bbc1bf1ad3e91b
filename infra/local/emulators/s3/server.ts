/**
 * As much of S3 on one machine as results files need, as `@aws-sdk/client-s3` and the AWS CLI speak it: put, get, head
 * and delete objects, and their tags, in one bucket that keeps versions. fauxqs has neither versions nor tags, and no
 * package that is kept up to date has them together with notifications.
 *
 *   const s3 = await startS3({ bucket: 'scans', now: clock.now, onPut: (notification) => … })
 *   …
 *   await s3.stop()
 *
 * Left out: multipart uploads, lists, conditions, signatures, and all that concerns buckets.
 */
import { S3Client } from '@aws-sdk/client-s3'
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.ts'
import { answer } from './answer.ts'
import { createObjectStore, type StoredVersion } from './store.ts'

/** What S3 sends to a queue when an object was put (Amazon S3 User Guide, "Event message structure"), in part. */
export type PutNotification = {
  readonly Records: readonly {
    readonly eventSource: 'aws:s3'
    readonly eventName: 'ObjectCreated:Put'
    readonly eventTime: string
    readonly s3: {
      readonly bucket: { readonly name: string }
      readonly object: { readonly key: string; readonly size: number; readonly versionId: string }
    }
  }[]
}

export type S3Options = {
  readonly bucket: string
  readonly now: () => Date
  readonly onPut: (notification: PutNotification) => void
}

const REGION = 'us-east-1'

/** Starts it on a free port of 127.0.0.1. */
export async function startS3({ bucket, now, onPut }: S3Options): Promise<LoopbackServer> {
  const deps = {
    bucket,
    store: createObjectStore(),
    now,
    onPut: (key: string, version: StoredVersion) => onPut(notification(bucket, key, version)),
  }
  return startLoopbackServer('local S3', (request, response) => {
    void answer(deps, request, response)
  })
}

function notification(bucket: string, key: string, version: StoredVersion): PutNotification {
  const object = {
    key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
    size: version.content?.length ?? 0,
    versionId: version.versionId,
  }
  const record = {
    eventSource: 'aws:s3' as const,
    eventName: 'ObjectCreated:Put' as const,
    eventTime: version.lastModified.toISOString(),
    s3: { bucket: { name: bucket }, object },
  }
  return { Records: [record] }
}

/** A client of that server, which takes any credentials. It neither reads nor needs the environment. */
export const localS3Client = (endpoint: string): S3Client =>
  new S3Client({
    endpoint,
    region: REGION,
    // A bucket in the host's name would need a resolver that knows it.
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
