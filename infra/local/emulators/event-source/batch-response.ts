import * as z from 'zod'

const BatchResponse = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullish()

/**
 * Reads the answer of a function as Lambda does, and returns the ids of the messages that failed. An empty answer
 * means that every message was processed. An answer that cannot be parsed, or that names a message which was not in
 * the batch, means that all of them failed.
 */
export function failedMessageIds(response: unknown, delivered: ReadonlySet<string>): ReadonlySet<string> {
  const parsed = BatchResponse.safeParse(response ?? null)
  if (!parsed.success) return delivered
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier))
  return [...failed].every((id) => delivered.has(id)) ? failed : delivered
}
