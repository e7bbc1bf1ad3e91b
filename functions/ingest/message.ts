import * as z from 'zod'

/** An SQS event as Lambda delivers it, reduced to the fields that are read here. */
export const SqsEvent = z.object({
  Records: z.array(z.object({ messageId: z.string().min(1), body: z.string() })),
})
export type SqsMessage = z.output<typeof SqsEvent>['Records'][number]

/** The answer to Lambda: all messages of the batch are deleted except these. */
export type BatchResponse = { readonly batchItemFailures: { readonly itemIdentifier: string }[] }

/** An object that was put into the bucket; without a version in a bucket that keeps none. */
export type PutObject = { readonly bucket: string; readonly key: string; readonly versionId: string | null }

/**
 * The notification that S3 sends (Amazon S3 User Guide, "Event message structure"). A key is encoded as in the query of
 * a URL, with `+` for a space.
 */
const Notification = z.object({
  Records: z
    .array(
      z.object({
        s3: z.object({
          bucket: z.object({ name: z.string().min(1) }),
          object: z.object({
            key: z.string().min(1).transform(decodeKey),
            versionId: z.string().min(1).optional(),
          }),
        }),
      }),
    )
    .min(1),
})

function decodeKey(text: string, context: z.RefinementCtx): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    context.addIssue({ code: 'custom', message: 'the key is not encoded as in a URL' })
    return z.NEVER
  }
}

/** S3 sends one when notifications are set up. */
const TestEvent = z.object({ Event: z.literal('s3:TestEvent') })

export type ReadMessage =
  | { readonly content: 'objects'; readonly objects: readonly PutObject[] }
  | { readonly content: 'test' }
  | {
      readonly content: 'wrong'
      readonly reason: 'malformed_json' | 'wrong_shape'
      readonly detail: string
    }

/** Reads the body of a message. */
export function readMessage(body: string): ReadMessage {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    return { content: 'wrong', reason: 'malformed_json', detail: String(error) }
  }
  if (TestEvent.safeParse(value).success) return { content: 'test' }
  const parsed = Notification.safeParse(value)
  if (!parsed.success) {
    return { content: 'wrong', reason: 'wrong_shape', detail: z.prettifyError(parsed.error) }
  }
  const objects = parsed.data.Records.map(({ s3: { bucket, object } }) => ({
    bucket: bucket.name,
    key: object.key,
    versionId: object.versionId ?? null,
  }))
  return { content: 'objects', objects }
}
