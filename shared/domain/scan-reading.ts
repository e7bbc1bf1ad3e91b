import type { ScanFacts, Verdict } from './verdict.ts'

/** Which scan is meant: two UUIDs in lower case. */
export type ScanKey = { readonly hostId: string; readonly scanId: string }

/** A scan as its message announces it. */
export type CompletedScan = ScanKey & {
  /**
   * Milliseconds since the epoch. It decides one thing: whether a scan that left no row is not visible yet, or
   * was overtaken.
   */
  readonly completedAtMs: number
}

/** A scan with its verdict. */
export type JudgedScan = ScanKey & {
  /** When the scan was complete, by its rows. For a scan without a row: by its message. */
  readonly completedAt: Date
  readonly verdict: Verdict
  /** Another scan of the host that bears the same time, so that the verdict may leave out what it changed. */
  readonly sameTimeScanId: string | null
}

/** What the database has on a scan that was announced. */
export type ScanReading =
  | {
      readonly found: 'facts'
      readonly facts: ScanFacts
      readonly occurredAt: Date
      readonly sameTimeScanId: string | null
    }
  /** The scan has a verdict already. The first verdict on a scan stands. */
  | { readonly found: 'judged_before' }
  /** Later scans of the host have overwritten every row of the scan, so it changed nothing. */
  | { readonly found: 'overtaken' }
  /** The rows of the scan are not committed yet, or never will be. */
  | { readonly found: 'not_visible_yet' }
  /** The host is not in the fleet: it was never added, or it was deleted. */
  | { readonly found: 'unknown_host' }
