import type { CompletedScan, ScanReading } from '../domain/scan-reading.ts'
import type { ChangedRules } from '../domain/verdict.ts'
import type { Tx } from './client.ts'
import { type PlacedScan, placeScans, readChanges, type ScanToUndo } from './scan-history.ts'

/**
 * What the database has on each scan, in their order: two statements, whatever the number of scans. Run it in
 * a `snapshot` transaction, where both see the same state.
 */
export async function readScans(tx: Tx, scans: readonly CompletedScan[]): Promise<ScanReading[]> {
  if (scans.length === 0) return []
  const placed = await placeScans(
    tx,
    scans.map(({ hostId, scanId, completedAtMs }, n) => ({
      n,
      host_id: hostId,
      scan_id: scanId,
      completed_at_ms: completedAtMs,
    })),
  )
  const changes = await readChanges(
    tx,
    placed.flatMap((place) => scanToUndo(scans[place.n], place)),
  )
  return placed.map((place) => reading(place, changes.get(place.n) ?? []))
}

function scanToUndo(scan: CompletedScan | undefined, place: PlacedScan): ScanToUndo[] {
  const { n, placed_at, changes_from, is_known_host } = place
  if (scan === undefined || placed_at === null || changes_from === null || !is_known_host) return []
  return [{ n, host_id: scan.hostId, scan_id: scan.scanId, placed_at, changes_from }]
}

function reading(place: PlacedScan, changes: readonly ChangedRules[]): ScanReading {
  const { evaluated, passed, failed, occurred_at: occurredAt } = place
  if (!place.is_known_host) return { found: 'unknown_host' }
  if (occurredAt !== null) {
    return { found: 'facts', facts: { evaluated, passed, failed, changes }, occurredAt }
  }
  return { found: place.is_overtaken ? 'overtaken' : 'not_visible_yet' }
}
