import * as z from 'zod'

/** An SQS event as Lambda delivers it, reduced to the fields that are read here. */
export const SqsEvent = z.object({
  Records: z.array(z.object({ messageId: z.string().min(1), body: z.string() })),
})
export type SqsMessage = z.output<typeof SqsEvent>['Records'][number]

/** The answer to Lambda: all messages of the batch are deleted except these. */
export type BatchResponse = { readonly batchItemFailures: { readonly itemIdentifier: string }[] }
