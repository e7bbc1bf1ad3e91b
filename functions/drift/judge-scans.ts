import {
  type ComplianceDriftDetected,
  complianceDriftDetected,
  type DriftReport,
  driftEventId,
} from '../../shared/domain/drift-event.ts'
import type { CompletedScan, ScanReading } from '../../shared/domain/scan-reading.ts'
import { type DriftPolicy, judge, type Verdict, verdictWithoutTrace } from '../../shared/domain/verdict.ts'

export type JudgePorts = {
  /** The policy, and what is known of each scan in their order, all of one moment. */
  readonly readAtOnce: (
    scans: readonly CompletedScan[],
  ) => Promise<{ readonly policy: DriftPolicy; readonly readings: readonly ScanReading[] }>
  /** Stores the events that are not there yet, and returns the ids of those. */
  readonly store: (reports: readonly DriftReport[]) => Promise<ReadonlySet<string>>
}

export type ScanOutcome =
  | {
      readonly outcome: 'judged'
      readonly verdict: Verdict
      /** The event that this judgement stored; null after a stable scan, and where it had been stored before. */
      readonly reported: ComplianceDriftDetected | null
    }
  /** To be tried again later. */
  | { readonly outcome: 'not_visible_yet' }
  /** Not to be tried again. */
  | { readonly outcome: 'unknown_host' }

type Judgement =
  | { readonly outcome: 'judged'; readonly verdict: Verdict; readonly report: DriftReport | null }
  | Exclude<ScanOutcome, { outcome: 'judged' }>

/** Judges every scan of a batch, and reports drift. Of a scan that stands in it twice only the first is reported. */
export async function judgeScans(ports: JudgePorts, scans: readonly CompletedScan[]): Promise<ScanOutcome[]> {
  const distinct = new Map(scans.map((scan) => [scanKey(scan), scan]))
  const judgements = await judgeDistinct(ports, distinct)
  const found = [...judgements.values()].flatMap((it) => (it.outcome === 'judged' ? (it.report ?? []) : []))
  const unreported = new Set(found.length === 0 ? [] : await ports.store(found))

  return scans.map((scan) => {
    const judgement = judgements.get(scanKey(scan))
    if (judgement === undefined) throw new Error(`nothing was read of scan ${scan.scanId}`)
    if (judgement.outcome !== 'judged') return judgement
    const { verdict, report } = judgement
    const isNew = report !== null && unreported.delete(report.id)
    return { outcome: 'judged', verdict, reported: isNew ? report.event : null }
  })
}

const scanKey = ({ hostId, scanId }: CompletedScan): string => `${hostId}/${scanId}`

async function judgeDistinct(
  ports: JudgePorts,
  distinct: ReadonlyMap<string, CompletedScan>,
): Promise<Map<string, Judgement>> {
  const { policy, readings } = await ports.readAtOnce([...distinct.values()])
  return new Map(
    [...distinct].flatMap(([key, scan], i) => {
      const reading = readings[i]
      return reading === undefined ? [] : [[key, judgeReading(scan, reading, policy)] as const]
    }),
  )
}

function judgeReading(scan: CompletedScan, reading: ScanReading, policy: DriftPolicy): Judgement {
  if (reading.found === 'unknown_host' || reading.found === 'not_visible_yet')
    return { outcome: reading.found }
  if (reading.found === 'overtaken') {
    return { outcome: 'judged', verdict: verdictWithoutTrace(policy.basis), report: null }
  }
  const verdict = judge(reading.facts, policy)
  const event = complianceDriftDetected(scan.hostId, scan.scanId, verdict)
  const id = driftEventId(scan.hostId, scan.scanId)
  const report = event && { id, scanId: scan.scanId, occurredAt: reading.occurredAt, event }
  return { outcome: 'judged', verdict, report }
}
