import type { CompletedScan, ScanReading } from '../domain/scan-reading.ts'
import type { ChangedRules } from '../domain/verdict.ts'
import type { Tx } from './client.ts'
import { type RecordedScan, readRecordedScans } from './recorded-scans.ts'
import { type PlacedScan, placeScans, readChanges } from './scan-history.ts'

/**
 * What the database has on each scan, in the order of the scans. It takes one statement, and two more where the
 * writer of a scan fills only `host_rule_state` and `transactions`. Run it in a `snapshot` transaction, in which
 * all statements see the same state.
 */
export async function readScans(tx: Tx, scans: readonly CompletedScan[]): Promise<ScanReading[]> {
  if (scans.length === 0) return []
  const known = (await readRecordedScans(tx, scans)).map(assembleReading)
  const unrecorded = scans.filter((_, i) => known[i] === 'not_recorded')
  const inferred = (await inferReadings(tx, unrecorded)).values()
  return known.map((reading) => (reading === 'not_recorded' ? taken(inferred) : reading))
}

function assembleReading(scan: RecordedScan): ScanReading | 'not_recorded' {
  const { completed_at: occurredAt, rules: evaluated, passed, failed, changes } = scan
  if (!scan.is_known_host) return { found: 'unknown_host' }
  if (scan.is_judged) return { found: 'judged_before' }
  const isRecorded = evaluated !== null && passed !== null && failed !== null && changes !== null
  if (occurredAt === null || !isRecorded) return 'not_recorded'
  // Its writer lets no two scans of a host have the same time, and where another writer does, this one is not affected.
  return { found: 'facts', facts: { evaluated, passed, failed, changes }, occurredAt, sameTimeScanId: null }
}

/** The readings of scans of which only the rows in state and log tell. */
async function inferReadings(tx: Tx, scans: readonly CompletedScan[]): Promise<ScanReading[]> {
  if (scans.length === 0) return []
  const placed = await placeScans(tx, scans)
  const changes = await readChanges(
    tx,
    placed.filter(({ placed_at }) => placed_at !== null),
  )
  return placed.map((place) => inferredReading(place, changes.get(place.n) ?? []))
}

function inferredReading(place: PlacedScan, changes: readonly ChangedRules[]): ScanReading {
  const { evaluated, passed, failed, occurred_at: occurredAt, same_time_scan_id: sameTimeScanId } = place
  if (occurredAt !== null) {
    return { found: 'facts', facts: { evaluated, passed, failed, changes }, occurredAt, sameTimeScanId }
  }
  return { found: place.is_overtaken ? 'overtaken' : 'not_visible_yet' }
}

function taken(readings: Iterator<ScanReading>): ScanReading {
  const { value, done } = readings.next()
  if (done) throw new Error('a scan was not read')
  return value
}
