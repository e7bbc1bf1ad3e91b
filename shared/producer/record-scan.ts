import { begin, READ_COMMITTED } from '../db/begin.ts'
import type { Sql, Tx } from '../db/client.ts'
import { insertRuleSet, insertScan } from '../db/scans.ts'
import { lockLogOfHost, readLogPosition, writeResults } from '../db/transaction-log.ts'
import { InvalidValueError } from '../domain/errors.ts'
import { isInFuture } from '../domain/scan-time.ts'
import { type RecordableScan, recordableScan, type Scan } from './scan-results.ts'

/** How many rows were added to the log, by kind of change. */
export type LoggedChanges = {
  readonly firstSeen: number
  readonly stateChanged: number
  readonly severityChanged: number
}

export type RecordOutcome =
  | { readonly outcome: 'recorded'; readonly changes: LoggedChanges }
  /** The scan was recorded before, and nothing was written. Announce it again if you are not sure that you did. */
  | { readonly outcome: 'already_recorded' }
  /**
   * A scan of this host that completed at the same time or later is recorded already. Nothing was written, and
   * there is nothing to announce. Of two scans with the same `completedAt` the first to be recorded stays.
   */
  | { readonly outcome: 'superseded' }
  /** The host is not in the fleet: it was never added, or it was deleted. Nothing was written. */
  | { readonly outcome: 'unknown_host' }
  /** `completedAt` is more than MAX_COMPLETED_AHEAD_MS ahead of the clock. Nothing was written. */
  | { readonly outcome: 'completed_at_in_future' }

/** Large scans are written in parts of this many rules, so that one parameter stays below some tens of megabytes. */
const MAX_RULES_A_STATEMENT = 5_000

/**
 * Writes the results of a scan into state and log, and which rules it evaluated, in one transaction. A lock keeps
 * other writers away from the host. Announce the scan when this function has returned, not before.
 *
 * @param now the clock that `completedAt` is compared with.
 * @throws InvalidValueError for a scan with a wrong value, which it names, and ContradictoryResultsError. Nothing
 * is written then.
 */
export const recordScan = (
  sql: Sql,
  scan: Scan,
  now: () => Date = () => new Date(),
): Promise<RecordOutcome> => recordScanWithin((body) => begin(sql, READ_COMMITTED, body), scan, now)

/** Runs a body in a transaction at the level READ COMMITTED, and commits it when the body ends well. */
export type Within = <T>(body: (tx: Tx) => Promise<T>) => Promise<T>

/** As `recordScan`, in a transaction of the caller's. */
export async function recordScanWithin(within: Within, scan: Scan, now: () => Date): Promise<RecordOutcome> {
  const recordable = recordableScan(scan)
  if (isInFuture(recordable.completedAt, now())) return { outcome: 'completed_at_in_future' }
  return within<RecordOutcome>(async (tx) => {
    await lockLogOfHost(tx, recordable.hostId)
    const position = await readLogPosition(tx, recordable)
    if (!position.is_known_host) return { outcome: 'unknown_host' } as const
    if (position.is_of_other_host) throw ofOtherHost(recordable)
    if (position.is_recorded) return { outcome: 'already_recorded' } as const
    if (position.is_overtaken) return { outcome: 'superseded' } as const
    const changes = await writeInParts(tx, recordable)
    // Last: a rule set that is new keeps other writers of the same set waiting until the transaction ends.
    if (!position.is_rule_set_stored) await insertRuleSet(tx, recordable.ruleSet)
    if (!(await insertScan(tx, recordable))) throw ofOtherHost(recordable)
    return { outcome: 'recorded', changes } as const
  })
}

const ofOtherHost = ({ scanId }: RecordableScan): InvalidValueError =>
  new InvalidValueError('scanId', `scan ${scanId} belongs to another host`)

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
