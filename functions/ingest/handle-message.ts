import { type IncomingScan, type IngestOutcome, type IngestPorts, ingestObject } from './ingest-object.ts'
import { type PutObject, readMessage, type SqsMessage } from './message.ts'

/** A message that somebody has to look at; `key` is that of the object, where there is one. */
export type RejectedObject = SqsMessage & {
  readonly reason: string
  readonly detail: string
  readonly key: string | null
}

export type MessagePorts<Scan extends IncomingScan> = IngestPorts<Scan> & {
  /** Sends a message to the dead-letter queue. */
  readonly reject: (message: RejectedObject) => Promise<void>
}

/** What is done with a message. */
export type HandledMessage = { readonly messageId: string } & (
  | { readonly decision: 'done'; readonly outcomes: readonly IngestOutcome[] }
  | { readonly decision: 'rejected'; readonly reason: string; readonly detail: string }
  /** It stays in its queue, which moves it to the dead-letter queue after five deliveries. */
  | { readonly decision: 'retried'; readonly error: unknown }
)

/**
 * Ingests the objects of a message. What goes wrong for a reason that may pass is retried with the whole message:
 * ingesting an object again does no harm. Faults are caught here, so that one message does not retry another.
 */
export async function handleMessage<Scan extends IncomingScan>(
  ports: MessagePorts<Scan>,
  message: SqsMessage,
): Promise<HandledMessage> {
  const { messageId } = message
  try {
    const read = readMessage(message.body)
    if (read.content === 'test') return { messageId, decision: 'done', outcomes: [] }
    if (read.content === 'wrong') {
      const { reason, detail } = read
      await ports.reject({ ...message, reason, detail, key: null })
      return { messageId, decision: 'rejected', reason, detail }
    }
    const outcomes: IngestOutcome[] = []
    for (const object of read.objects) outcomes.push(await ingestOrReject(ports, message, object))
    return { messageId, decision: 'done', outcomes }
  } catch (error) {
    return { messageId, decision: 'retried', error }
  }
}

async function ingestOrReject<Scan extends IncomingScan>(
  ports: MessagePorts<Scan>,
  message: SqsMessage,
  object: PutObject,
): Promise<IngestOutcome> {
  const outcome = await ingestObject(ports, object)
  if (outcome.outcome === 'rejected') {
    const { reason, detail } = outcome
    await ports.reject({ ...message, reason, detail, key: object.key })
  }
  return outcome
}
