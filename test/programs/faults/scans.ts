import { randomUUID } from 'node:crypto'
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { Sql } from '../../../shared/db/client.ts'
import { announceScan } from '../../../shared/producer/announce-scan.ts'
import { recordScan } from '../../../shared/producer/record-scan.ts'
import type { World } from './world.ts'

export type RecordedScan = { readonly hostId: string; readonly scanId: string; readonly completedAt: Date }

export type Scans = {
  /** So many hosts are scanned: their results are in the database. */
  readonly record: (count: number) => Promise<readonly RecordedScan[]>
  /** Announces what was recorded since the last call. */
  readonly announce: () => Promise<void>
  /** Nothing is in the queue any more, and no message under way. */
  readonly areSettled: () => Promise<boolean>
  /** A sentence for each scan whose verdict is missing, doubled or another than it must be. */
  readonly misjudged: () => Promise<string[]>
  /** Reasons of what became a dead letter since the last call. */
  readonly deadLetters: () => Promise<string[]>
}

/**
 * Each host is scanned with two profiles in turn, one ten times as large as the other: if the rules of one counted for
 * a scan with the other, no verdict of the small one would be right.
 */
const PROFILES = [
  { name: 'small', times: 1 },
  { name: 'large', times: 10 },
] as const
/** Of the small profile. */
const RULES = 20
/** How many of them the successive scans with a profile fail, again and again: every kind of verdict comes of it. */
const FAILED_RULES = [0, 8, 0, 1, 1, 9]
const PP_A_RULE = 100 / RULES

/** By the thresholds that policy has from the start: 10, 5 and 5 percentage points. */
function verdictOf(failedBefore: number, failed: number): string | null {
  const deltaPp = (failedBefore - failed) * PP_A_RULE
  if (deltaPp >= 5) return 'improvement'
  if (deltaPp <= -10) return 'major'
  return deltaPp <= -5 ? 'minor' : null
}

export function createScans({ database, drift, fleet }: World): Scans {
  const made = new Map<string, number>()
  const expected = new Map<string, string>()
  let unannounced: RecordedScan[] = []
  let next = 0

  const recordOne = async (sql: Sql): Promise<RecordedScan> => {
    const hostId = fleet.ids[next++ % SCANNED_HOSTS] ?? ''
    const scansBefore = made.get(hostId) ?? 0
    made.set(hostId, scansBefore + 1)
    const { name, times } = PROFILES[scansBefore % PROFILES.length] ?? PROFILES[0]
    const n = Math.floor(scansBefore / PROFILES.length)
    const failed = FAILED_RULES[n % FAILED_RULES.length] ?? 0
    const before = FAILED_RULES[(n + FAILED_RULES.length - 1) % FAILED_RULES.length] ?? 0
    const scan = { hostId, scanId: randomUUID(), completedAt: new Date() }
    const verdict = n === 0 ? null : verdictOf(before, failed)
    if (verdict !== null) expected.set(scan.scanId, verdict)
    const results = Array.from({ length: times * RULES }, (_, rule) => ({
      ruleId: `${name}-${rule}`,
      status: rule < times * failed ? ('fail' as const) : ('pass' as const),
      severity: 'medium',
    }))
    const { outcome } = await recordScan(sql, { ...scan, results })
    if (outcome !== 'recorded') throw new Error(`the scan was not recorded: ${outcome}`)
    return scan
  }
  return {
    record: async (count) => {
      const scans: RecordedScan[] = []
      await database.look(async (sql) => {
        for (let i = 0; i < count; i++) scans.push(await recordOne(sql))
      })
      unannounced.push(...scans)
      return scans
    },
    announce: async () => {
      const scans = unannounced
      unannounced = []
      for (const scan of scans) await announceScan(drift.queue.client, drift.queue.url, scan)
    },
    areSettled: async () => {
      const { Attributes = {} } = await drift.queue.client.send(
        new GetQueueAttributesCommand({ QueueUrl: drift.queue.url, AttributeNames: ['All'] }),
      )
      const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: taken } =
        Attributes
      return Number(waiting) + Number(taken) === 0
    },
    misjudged: async () => {
      const verdicts = await database.look(readVerdicts)
      const byScan = Map.groupBy(verdicts, ({ scan_id }) => scan_id)
      const ids = new Set([...byScan.keys(), ...expected.keys()])
      return [...ids].flatMap((id) => {
        const said = (byScan.get(id) ?? []).map(({ drift_type }) => drift_type).join(' and ') || 'nothing'
        const right = expected.get(id) ?? 'nothing'
        return said === right ? [] : [`scan ${id}: ${said} was reported instead of ${right}`]
      })
    },
    deadLetters: () => takeDeadLetters(drift),
  }
}

/** They are scanned again and again: each has a history of several scans by the end. */
const SCANNED_HOSTS = 30

const readVerdicts = (sql: Sql): Promise<{ scan_id: string; drift_type: string }[]> =>
  sql<{ scan_id: string; drift_type: string }[]>`
    select detail ->> 'scan_id' as scan_id, detail ->> 'drift_type' as drift_type
    from audit_events
    where action = 'compliance.drift.detected'`

async function takeDeadLetters({ queue, sqs }: World['drift']): Promise<string[]> {
  const reasons: string[] = []
  for (;;) {
    const { Messages = [] } = await queue.client.send(
      new ReceiveMessageCommand({
        QueueUrl: sqs.deadLetterQueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        VisibilityTimeout: 3_600,
      }),
    )
    if (Messages.length === 0) return reasons
    for (const { MessageAttributes, Body = '' } of Messages) {
      reasons.push(MessageAttributes?.reason?.StringValue ?? `no reason (${Body.length} bytes)`)
    }
  }
}
