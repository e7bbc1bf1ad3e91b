import type { Sql } from '../../shared/db/client.ts'
import { findHosts } from '../../shared/db/find-hosts.ts'
import { readLastScan } from '../../shared/db/last-scan.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { deriveScanId } from '../../shared/domain/scan-id.ts'
import { announceScan } from '../../shared/producer/announce-scan.ts'
import { type LoggedChanges, recordScan } from '../../shared/producer/record-scan.ts'
import { readScanFile } from '../../shared/scans/read-scan-file.ts'
import type { ScanFile } from '../../shared/scans/scan-file.ts'
import { describeError, RefusedError } from '../terminal/report-error.ts'
import type { Queue } from './destination.ts'
import { futureScanError, refuseFuture } from './refuse-future.ts'
import { findScannedHost, noteOfOtherTarget } from './scanned-host.ts'

/** One file to import, and what its user says about it. */
export type Import = {
  /** Opens the file. Its bytes are read as they arrive. */
  readonly open: () => AsyncIterable<Uint8Array>
  /** By default it is found by the folder of the file, or by its content. */
  readonly host: string | undefined
  readonly folder: string | null
  /** By default the file's own, or derived from host and content, so that the same file again is the same scan. */
  readonly scanId: string | undefined
  /** Replaces the file's own. */
  readonly completedAt: Date | undefined
}

export type ImportDeps = {
  readonly sql: () => Sql
  readonly queue: () => Queue
  readonly now: () => Date
  /** Takes what the user should know, and need not act upon. */
  readonly note: (line: string) => void
}

/** What came of a file. An older scan than the newest one of its host is not recorded. */
export type ImportOutcome = 'recorded' | 'already_recorded' | 'superseded'
export type Imported = { readonly outcome: ImportOutcome; readonly sentence: string }

/**
 * Reads the whole file.
 * @throws ScanFileError for a file that is not one finished scan, and UserError for one from the future.
 */
export async function readResults(now: Date, { open, completedAt }: Import): Promise<ScanFile> {
  const scan = await readScanFile(open(), completedAt === undefined ? {} : { completedAt })
  refuseFuture(scan.completedAt, now)
  return scan
}

/**
 * Reads the whole file, then records it as a scan of its host and announces it.
 * @throws UserError and ScanFileError for what its user can put right; nothing was written then.
 */
export async function importResults(deps: ImportDeps, wanted: Import): Promise<Imported> {
  const scan = await readResults(deps.now(), wanted)
  const [queue, sql] = [deps.queue(), deps.sql()]
  const host = await findScannedHost((text) => findHosts(sql, text), { ...wanted, scan })
  const note = noteOfOtherTarget(host, scan.targets)
  if (note !== null) deps.note(note)
  const scanId = wanted.scanId ?? scan.scanId ?? deriveScanId(host.id, scan.sha256)
  const identified = { hostId: host.id, scanId, completedAt: scan.completedAt }
  const recorded = await recordScan(sql, { ...identified, results: scan.results }, deps.now)
  if (recorded.outcome === 'unknown_host') {
    throw new UserError(['the host left the fleet a moment ago: nothing was written'])
  }
  if (recorded.outcome === 'completed_at_in_future') throw futureScanError(scan.completedAt)
  if (recorded.outcome === 'superseded') {
    return { outcome: 'superseded', sentence: await describeSuperseded(sql, host, scan.completedAt) }
  }
  await announceScan(queue.client, queue.url, identified).catch((cause: unknown) => {
    throw new RefusedError(`recorded, but not announced: run it again (${describeError(cause)})`, { cause })
  })
  const described =
    recorded.outcome === 'recorded' ? describeChanges(scan, recorded.changes) : 'was recorded before'
  return {
    outcome: recorded.outcome,
    sentence: `${host.name} (${host.id}), scan ${scanId}: ${described}, announced`,
  }
}

function describeChanges({ results }: ScanFile, changes: LoggedChanges): string {
  const { firstSeen, stateChanged, severityChanged } = changes
  const counts = [`${firstSeen} new`, `${stateChanged} changed`, `${severityChanged} re-graded`]
  return `${results.length} rules recorded, ${counts.join(', ')}`
}

async function describeSuperseded(sql: Sql, host: FleetHost, completedAt: Date): Promise<string> {
  const newest = (await readLastScan(sql, host.id))?.completed_at.toISOString()
  return (
    `this scan completed at ${completedAt.toISOString()}, and ${host.name} has one of ${newest}: ` +
    'an older scan is not taken, nothing was written'
  )
}
