import type { Sql, Tx } from '../db/client.ts'
import { lockLogOfHost, readLogPosition, writeResults } from '../db/transaction-log.ts'
import { InvalidValueError } from '../domain/errors.ts'
import { type RecordableScan, recordableScan, type Scan } from './scan-results.ts'

/** How many rows the log gained, by kind. */
export type LoggedChanges = {
  readonly firstSeen: number
  readonly stateChanged: number
  readonly severityChanged: number
}

export type RecordOutcome =
  | { readonly outcome: 'recorded'; readonly changes: LoggedChanges }
  /** The same scan again: nothing was written. Announce it again if you are not sure that you did. */
  | { readonly outcome: 'already_recorded' }
  /**
   * A scan of this host that completed then or later is recorded: nothing was written, there is nothing to
   * announce. Of two scans with the same `completedAt` the first to be recorded stays. This is also how a
   * scan comes back whose every row has been overwritten by later ones.
   */
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'unknown_host' }

/** Large scans are written in parts of so many rules, which bounds one parameter to some tens of megabytes. */
const MAX_RULES_A_STATEMENT = 5_000

/**
 * Writes a scan's results into state and log, in one transaction that is alone with its host. Announce the
 * scan when this has returned, not before.
 *
 * @throws InvalidValueError naming what is wrong with the scan, and ContradictoryResultsError. Nothing is
 * written then.
 */
export async function recordScan(sql: Sql, scan: Scan): Promise<RecordOutcome> {
  const recordable = recordableScan(scan)
  // READ COMMITTED: what is read after the lock is what the lock's last holder left.
  const outcome = await sql.begin('isolation level read committed read write', async (tx) => {
    await lockLogOfHost(tx, recordable.hostId)
    const position = await readLogPosition(tx, recordable)
    if (!position.is_known_host) return { outcome: 'unknown_host' } as const
    if (position.is_of_other_host) {
      throw new InvalidValueError('scanId', `scan ${recordable.scanId} belongs to another host`)
    }
    if (position.is_recorded) return { outcome: 'already_recorded' } as const
    if (position.is_overtaken) return { outcome: 'superseded' } as const
    return { outcome: 'recorded', changes: await writeInParts(tx, recordable) } as const
  })
  return outcome
}

async function writeInParts(tx: Tx, scan: RecordableScan): Promise<LoggedChanges> {
  const changes = { firstSeen: 0, stateChanged: 0, severityChanged: 0 }
  for (let start = 0; start < scan.results.length; start += MAX_RULES_A_STATEMENT) {
    const part = scan.results.slice(start, start + MAX_RULES_A_STATEMENT)
    const written = await writeResults(tx, scan, part)
    changes.firstSeen += written.first_seen
    changes.stateChanged += written.state_changed
    changes.severityChanged += written.severity_changed
  }
  return changes
}
