import type { AuditRecord } from '../../shared/domain/audit-events.ts'
import {
  type ComplianceDriftDetected,
  complianceDriftDetected,
  driftEventId,
} from '../../shared/domain/drift-event.ts'
import type { CompletedScan, JudgedScan, ScanKey, ScanReading } from '../../shared/domain/scan-reading.ts'
import { type DriftPolicy, judge, verdictWithoutTrace } from '../../shared/domain/verdict.ts'

export type JudgePorts = {
  /** Reads the policy and what is known of each scan, in the order of the scans, all from one snapshot. */
  readonly readAtOnce: (
    scans: readonly CompletedScan[],
  ) => Promise<{ readonly policy: DriftPolicy; readonly readings: readonly ScanReading[] }>
  /**
   * Stores the verdicts on scans that have none yet, and the events of those scans, all or nothing. Returns these
   * scans, and the ids of the events that were stored.
   */
  readonly store: (
    judged: readonly JudgedScan[],
    events: readonly Omit<AuditRecord, 'actorId'>[],
  ) => Promise<{ readonly scans: readonly ScanKey[]; readonly events: ReadonlySet<string> }>
}

export type ScanOutcome =
  | (JudgedScan & {
      readonly outcome: 'judged'
      /** The event that was stored with the verdict. Null after a stable scan. */
      readonly reported: ComplianceDriftDetected | null
    })
  /** The scan has a verdict already, which stands. */
  | { readonly outcome: 'judged_before' }
  /** The scan is to be judged again later. */
  | { readonly outcome: 'not_visible_yet' }
  /** The scan can never be judged. */
  | { readonly outcome: 'unknown_host' }

type Judged = Extract<ScanOutcome, { outcome: 'judged' }>

/**
 * Judges every scan of a batch that has no verdict yet, keeps the verdicts, and reports drift. A scan that is in
 * the batch twice is judged once.
 */
export async function judgeScans(ports: JudgePorts, scans: readonly CompletedScan[]): Promise<ScanOutcome[]> {
  const distinct = new Map(scans.map((scan) => [scanKey(scan), scan]))
  const outcomes = await judgeDistinct(ports, distinct)
  const first = await store(
    ports,
    [...outcomes.values()].filter((outcome) => outcome.outcome === 'judged'),
  )
  return scans.map((scan) => {
    const key = scanKey(scan)
    const outcome = outcomes.get(key)
    if (outcome === undefined) throw new Error(`nothing was read of scan ${scan.scanId}`)
    if (outcome.outcome !== 'judged') return outcome
    const judged = first.get(key)
    first.delete(key)
    return judged ?? { outcome: 'judged_before' }
  })
}

const scanKey = ({ hostId, scanId }: Pick<CompletedScan, 'hostId' | 'scanId'>): string =>
  `${hostId}/${scanId}`

async function judgeDistinct(
  { readAtOnce }: JudgePorts,
  distinct: ReadonlyMap<string, CompletedScan>,
): Promise<Map<string, ScanOutcome>> {
  const { policy, readings } = await readAtOnce([...distinct.values()])
  return new Map(
    [...distinct].flatMap(([key, scan], i) => {
      const reading = readings[i]
      return reading === undefined ? [] : [[key, judgeReading(scan, reading, policy)] as const]
    }),
  )
}

function judgeReading(scan: CompletedScan, reading: ScanReading, policy: DriftPolicy): ScanOutcome {
  const { hostId, scanId } = scan
  switch (reading.found) {
    case 'unknown_host':
    case 'not_visible_yet':
    case 'judged_before':
      return { outcome: reading.found }
    case 'overtaken': {
      const completedAt = new Date(scan.completedAtMs)
      const verdict = verdictWithoutTrace(policy.basis)
      const judged = { hostId, scanId, completedAt, verdict, sameTimeScanId: null }
      return { outcome: 'judged', ...judged, reported: null }
    }
    case 'facts': {
      const { occurredAt: completedAt, sameTimeScanId } = reading
      const verdict = judge(reading.facts, policy)
      const reported = complianceDriftDetected(hostId, scanId, verdict)
      return { outcome: 'judged', hostId, scanId, completedAt, verdict, sameTimeScanId, reported }
    }
  }
}

/** Stores verdicts and events, and returns the scans of which the verdict was the first, by their keys. */
async function store(ports: JudgePorts, judged: readonly Judged[]): Promise<Map<string, Judged>> {
  if (judged.length === 0) return new Map()
  const stored = await ports.store(judged, judged.flatMap(auditRecord))
  const first = new Set(stored.scans.map(scanKey))
  return new Map(
    judged
      .filter((scan) => first.has(scanKey(scan)))
      .map((scan) => [
        scanKey(scan),
        stored.events.has(deriveEventId(scan)) ? scan : { ...scan, reported: null },
      ]),
  )
}

const deriveEventId = ({ hostId, scanId }: ScanKey): string => driftEventId(hostId, scanId)

function auditRecord(scan: Judged): Omit<AuditRecord, 'actorId'>[] {
  const { scanId: correlationId, completedAt: occurredAt, reported: event } = scan
  return event === null ? [] : [{ id: deriveEventId(scan), correlationId, occurredAt, event }]
}
