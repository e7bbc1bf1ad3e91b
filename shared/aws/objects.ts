import { GetObjectCommand, PutObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3'
import { BOUNDED_CALLS } from './client-settings.ts'

/** A client whose calls end: the SDK's own has no timeout. Region, credentials and endpoint come from its environment. */
export const createS3Client = (): S3Client => new S3Client(BOUNDED_CALLS)

/** An object as it was when it was put; without a version in a bucket that keeps none. */
export type ObjectVersion = {
  readonly bucket: string
  readonly key: string
  readonly versionId: string | null
}

/**
 * The content of an object, as it arrives; null where the object, or that version of it, does not exist any more.
 * @throws what the S3 client throws, also in the middle of the content.
 */
export async function openObject(
  client: S3Client,
  object: ObjectVersion,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | null> {
  try {
    const { Body } = await client.send(new GetObjectCommand(toInput(object)), { abortSignal: signal })
    // In Node.js it is a stream of bytes; the type has the browsers' kinds too.
    return Body as AsyncIterable<Uint8Array>
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

/**
 * Replaces the tags of an object. Nothing happens where the object does not exist any more.
 * @param tags at most ten. S3 takes letters, digits, spaces and `+ - = . _ : / @` in a value.
 * @throws what the S3 client throws.
 */
export async function tagObject(
  client: S3Client,
  object: ObjectVersion,
  tags: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const command = new PutObjectTaggingCommand({ ...toInput(object), Tagging: { TagSet } })
  try {
    await client.send(command, { abortSignal: signal })
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

const toInput = ({ bucket, key, versionId }: ObjectVersion) => ({
  Bucket: bucket,
  Key: key,
  ...(versionId === null ? {} : { VersionId: versionId }),
})

/** `MethodNotAllowed` is S3's answer where the version is the marker of a deletion. */
const GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound', 'MethodNotAllowed'])

const isGone = (error: unknown): boolean => error instanceof Error && GONE.has(error.name)
