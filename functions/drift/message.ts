import * as z from 'zod'

/** An SQS event as Lambda hands it over, as far as it is read here. */
export const SqsEvent = z.object({
  Records: z.array(z.object({ messageId: z.string().min(1), body: z.string() })),
})
export type SqsMessage = z.output<typeof SqsEvent>['Records'][number]

/** The answer that deletes all messages of a batch but these. */
export type BatchResponse = { readonly batchItemFailures: { readonly itemIdentifier: string }[] }
