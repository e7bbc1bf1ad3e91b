import type { ScanFacts } from './verdict.ts'

/** A scan as its message tells of it. */
export type CompletedScan = {
  /** UUIDs in lower case. */
  readonly hostId: string
  readonly scanId: string
  /** Milliseconds since the epoch. Decides one thing: whether a scan without a trace is to come, or overtaken. */
  readonly completedAtMs: number
}

/** What the database has on a scan that was announced. */
export type ScanReading =
  | { readonly found: 'facts'; readonly facts: ScanFacts; readonly occurredAt: Date }
  /** Later scans of the host have overwritten all that it left, so it changed nothing. */
  | { readonly found: 'overtaken' }
  /** Its rows are not committed yet, or never will be. */
  | { readonly found: 'not_visible_yet' }
  /** No host of the fleet: never heard of, or deleted. */
  | { readonly found: 'unknown_host' }
