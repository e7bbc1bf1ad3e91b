import type { CompletedScan, ScanReading } from '../domain/scan-reading.ts'
import type { ChangedRules } from '../domain/verdict.ts'
import type { Tx } from './client.ts'
import { type PlacedScan, placeScans, readChanges } from './scan-history.ts'

/**
 * What the database has on each scan, in the order of the scans. It takes two statements, whatever the number of
 * scans. Run it in a `snapshot` transaction, in which both statements see the same state.
 */
export async function readScans(tx: Tx, scans: readonly CompletedScan[]): Promise<ScanReading[]> {
  if (scans.length === 0) return []
  const placed = await placeScans(tx, scans)
  const changes = await readChanges(
    tx,
    placed.filter(({ is_known_host, placed_at }) => is_known_host && placed_at !== null),
  )
  return placed.map((place) => reading(place, changes.get(place.n) ?? []))
}

function reading(place: PlacedScan, changes: readonly ChangedRules[]): ScanReading {
  const { evaluated, passed, failed, occurred_at: occurredAt } = place
  if (!place.is_known_host) return { found: 'unknown_host' }
  if (occurredAt !== null) {
    return { found: 'facts', facts: { evaluated, passed, failed, changes }, occurredAt }
  }
  return { found: place.is_overtaken ? 'overtaken' : 'not_visible_yet' }
}
