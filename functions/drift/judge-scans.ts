import type { AuditRecord } from '../../shared/domain/audit-events.ts'
import {
  type ComplianceDriftDetected,
  complianceDriftDetected,
  driftEventId,
} from '../../shared/domain/drift-event.ts'
import type { CompletedScan, ScanReading } from '../../shared/domain/scan-reading.ts'
import { type DriftPolicy, judge, type Verdict, verdictWithoutTrace } from '../../shared/domain/verdict.ts'

export type JudgePorts = {
  /** Reads the policy and what is known of each scan, in the order of the scans, all from one snapshot. */
  readonly readAtOnce: (
    scans: readonly CompletedScan[],
  ) => Promise<{ readonly policy: DriftPolicy; readonly readings: readonly ScanReading[] }>
  /** Stores the events that are not stored yet, and returns the ids of those that it stored. */
  readonly store: (records: readonly Omit<AuditRecord, 'actorId'>[]) => Promise<ReadonlySet<string>>
}

export type ScanOutcome =
  | {
      readonly outcome: 'judged'
      readonly verdict: Verdict
      readonly occurredAt: Date
      /** The event that this judgement stored. Null after a stable scan, and where it was stored before. */
      readonly reported: ComplianceDriftDetected | null
    }
  /** The scan is to be judged again later. */
  | { readonly outcome: 'not_visible_yet' }
  /** The scan can never be judged. */
  | { readonly outcome: 'unknown_host' }

/** Judges every scan of a batch, and reports drift. A scan that is in the batch twice is reported once. */
export async function judgeScans(ports: JudgePorts, scans: readonly CompletedScan[]): Promise<ScanOutcome[]> {
  const distinct = new Map(scans.map((scan) => [scanKey(scan), scan]))
  const judged = await judgeDistinct(ports, distinct)
  const records = [...distinct].flatMap(([key, scan]) => auditRecord(scan, judged.get(key)))
  const unreported = new Set(records.length === 0 ? [] : await ports.store(records))

  return scans.map((scan) => {
    const outcome = judged.get(scanKey(scan))
    if (outcome === undefined) throw new Error(`nothing was read of scan ${scan.scanId}`)
    if (outcome.outcome !== 'judged' || outcome.reported === null) return outcome
    return { ...outcome, reported: unreported.delete(eventIdOf(scan)) ? outcome.reported : null }
  })
}

const scanKey = ({ hostId, scanId }: CompletedScan): string => `${hostId}/${scanId}`
const eventIdOf = ({ hostId, scanId }: CompletedScan): string => driftEventId(hostId, scanId)

async function judgeDistinct(
  ports: JudgePorts,
  distinct: ReadonlyMap<string, CompletedScan>,
): Promise<Map<string, ScanOutcome>> {
  const { policy, readings } = await ports.readAtOnce([...distinct.values()])
  return new Map(
    [...distinct].flatMap(([key, scan], i) => {
      const reading = readings[i]
      return reading === undefined ? [] : [[key, judgeReading(scan, reading, policy)] as const]
    }),
  )
}

function auditRecord(scan: CompletedScan, outcome: ScanOutcome | undefined): Omit<AuditRecord, 'actorId'>[] {
  if (outcome?.outcome !== 'judged' || outcome.reported === null) return []
  const { occurredAt, reported: event } = outcome
  return [{ id: eventIdOf(scan), correlationId: scan.scanId, occurredAt, event }]
}

function judgeReading(
  { hostId, scanId, completedAtMs }: CompletedScan,
  reading: ScanReading,
  policy: DriftPolicy,
): ScanOutcome {
  switch (reading.found) {
    case 'unknown_host':
    case 'not_visible_yet':
      return { outcome: reading.found }
    case 'overtaken': {
      const occurredAt = new Date(completedAtMs)
      return { outcome: 'judged', verdict: verdictWithoutTrace(policy.basis), occurredAt, reported: null }
    }
    case 'facts': {
      const verdict = judge(reading.facts, policy)
      const { occurredAt } = reading
      const reported = complianceDriftDetected(hostId, scanId, verdict)
      return { outcome: 'judged', verdict, occurredAt, reported }
    }
  }
}
