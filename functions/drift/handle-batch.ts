import { type RejectionReason, readScanCompleted } from '../../shared/contracts/scan-completed.ts'
import type { CompletedScan } from '../../shared/domain/scan-reading.ts'
import type { ScanOutcome } from './judge-scans.ts'
import type { SqsMessage } from './message.ts'

type Judged = Extract<ScanOutcome, { outcome: 'judged' }>

/** What is done with a message. */
export type Decision =
  | ({ readonly decision: 'judged'; readonly scan: CompletedScan } & Judged)
  /** The scan had a verdict already. */
  | { readonly decision: 'repeated'; readonly scan: CompletedScan }
  /** It was sent to the dead-letter queue. */
  | { readonly decision: 'rejected'; readonly reason: RejectionReason; readonly detail: string }
  /** It stays in its queue, which moves it to the dead-letter queue after five deliveries. */
  | {
      readonly decision: 'retried'
      readonly because: 'not_visible_yet' | 'not_judged' | 'not_rejected'
      /** The fault because of which no decision was possible; null where there is none. */
      readonly error: unknown
    }

export type DecidedMessage = { readonly messageId: string } & Decision

export type BatchPorts = {
  readonly judge: (scans: readonly CompletedScan[]) => Promise<ScanOutcome[]>
  readonly reject: (
    message: SqsMessage & { readonly reason: RejectionReason; readonly detail: string },
  ) => Promise<void>
}

/**
 * Decides on every message of a batch. No message is dropped, and none waits for another. The scans are judged
 * together. If that fails, for example because the database is lost, all of them are retried: judging a scan again
 * does no harm.
 *
 * Faults are caught here and not where all other faults are caught: if they were thrown on, the messages that were
 * rejected would be retried too.
 */
export async function handleBatch(
  ports: BatchPorts,
  messages: readonly SqsMessage[],
): Promise<DecidedMessage[]> {
  const read = messages.map((message) => ({ message, content: readScanCompleted(message.body) }))
  const scans = read.flatMap(({ content }) => ('scan' in content ? [content.scan] : []))
  const judgements = await judgeAll(ports, scans)
  return Promise.all(
    read.map(async ({ message, content }) => {
      const decision = 'scan' in content ? judgements.get(content.scan) : rejection(content)
      if (decision === undefined) throw new Error(`message ${message.messageId} was not decided on`)
      return {
        messageId: message.messageId,
        ...(decision.decision === 'rejected' ? await rejected(ports, message, decision) : decision),
      }
    }),
  )
}

const rejection = (why: { reason: RejectionReason; detail: string }): Decision => ({
  decision: 'rejected',
  ...why,
})

async function judgeAll(
  { judge }: BatchPorts,
  scans: readonly CompletedScan[],
): Promise<Map<CompletedScan, Decision>> {
  if (scans.length === 0) return new Map()
  try {
    const outcomes = await judge(scans)
    return new Map(scans.map((scan, i) => [scan, decisionOn(scan, outcomes[i])]))
  } catch (error) {
    return new Map(scans.map((scan) => [scan, { decision: 'retried', because: 'not_judged', error }]))
  }
}

function decisionOn(scan: CompletedScan, outcome: ScanOutcome | undefined): Decision {
  switch (outcome?.outcome) {
    case 'judged':
      return { decision: 'judged', scan, ...outcome }
    case 'judged_before':
      return { decision: 'repeated', scan }
    case 'unknown_host':
      return { decision: 'rejected', reason: 'unknown_host', detail: `no host ${scan.hostId} in the fleet` }
    case 'not_visible_yet':
      return { decision: 'retried', because: 'not_visible_yet', error: null }
    case undefined:
      throw new Error(`scan ${scan.scanId} has no outcome`)
  }
}

async function rejected(
  { reject }: BatchPorts,
  message: SqsMessage,
  decision: Extract<Decision, { decision: 'rejected' }>,
): Promise<Decision> {
  const { reason, detail } = decision
  try {
    await reject({ ...message, reason, detail })
    return decision
  } catch (error) {
    return { decision: 'retried', because: 'not_rejected', error }
  }
}
