import * as z from 'zod'

const BatchResponse = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullish()

/**
 * The message ids that a function did not deal with, read the way Lambda reads its answer: nothing at all
 * means that every message is done; an answer that cannot be understood, or that names a message which was
 * not in the batch, means that none is.
 */
export function failedMessageIds(response: unknown, delivered: ReadonlySet<string>): ReadonlySet<string> {
  const parsed = BatchResponse.safeParse(response ?? null)
  if (!parsed.success) return delivered
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier))
  return [...failed].every((id) => delivered.has(id)) ? failed : delivered
}
