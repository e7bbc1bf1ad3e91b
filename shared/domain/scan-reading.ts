import type { ScanFacts } from './verdict.ts'

/** A scan as its message announces it. */
export type CompletedScan = {
  /** UUIDs in lower case. */
  readonly hostId: string
  readonly scanId: string
  /**
   * Milliseconds since the epoch. It decides one thing: whether a scan that left no row is not visible yet, or
   * was overtaken.
   */
  readonly completedAtMs: number
}

/** What the database has on a scan that was announced. */
export type ScanReading =
  | { readonly found: 'facts'; readonly facts: ScanFacts; readonly occurredAt: Date }
  /** Later scans of the host have overwritten every row of the scan, so it changed nothing. */
  | { readonly found: 'overtaken' }
  /** The rows of the scan are not committed yet, or never will be. */
  | { readonly found: 'not_visible_yet' }
  /** The host is not in the fleet: it was never added, or it was deleted. */
  | { readonly found: 'unknown_host' }
