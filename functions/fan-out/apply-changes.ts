import { MINUTE_MS, nextOccurrenceMs } from '../../shared/domain/cadence.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'
import type { ScheduleChange } from './changes.ts'

/** `throttled`, `conflict` and `out_of_time` are nobody's fault: the change is made in the next minute. */
export type CallOutcome = 'done' | 'throttled' | 'conflict' | 'out_of_time'

export type Applying = {
  /** Creates or replaces a schedule whose first occurrence is at `startAtMs`. */
  readonly put: (
    spec: ScheduleSpec,
    options: { readonly startAtMs: number; readonly exists: boolean; readonly signal: AbortSignal },
  ) => Promise<CallOutcome>
  /** Deletes a schedule; one that is not there is `done`. */
  readonly remove: (name: string, options: { readonly signal: AbortSignal }) => Promise<CallOutcome>
  /** Notes that these are about to change: until they are remembered or forgotten, nothing is known of them. */
  readonly markPending: (names: readonly string[]) => Promise<void>
  readonly remember: (applied: readonly { name: string; specHash: string }[]) => Promise<void>
  readonly forget: (names: readonly string[]) => Promise<void>
  readonly now: () => Date
}

export type ChangeFault = { readonly name: string; readonly error: unknown }

export type ChangesApplied = {
  readonly put: number
  readonly removed: number
  readonly putsLeftOver: number
  readonly removalsLeftOver: number
  readonly faults: readonly ChangeFault[]
}

/** How many calls are under way at once. At 20 to 50 ms a call that is 400 to 1,000 a second, within AWS's quota. */
const CALLS_AT_ONCE = 20
/** What a crash loses at most, and has the next run repeat. */
const CHANGES_PER_BATCH = 400
/** A call that AWS refuses fails alone; as many as this are no longer about one schedule, and end the run. */
const MAX_FAULTS = 10

/**
 * Makes the changes in batches. Each batch is marked as pending first and remembered last. Without the mark,
 * a crash after the call and before the memory of it could hide a change that is taken back in between:
 * a schedule that was removed, and is wanted again as it was, would look as if it were there.
 */
export async function applyChanges(
  ports: Applying,
  changes: readonly ScheduleChange[],
  signal: AbortSignal,
): Promise<ChangesApplied> {
  const done: ScheduleChange[] = []
  const faults: ChangeFault[] = []
  for (let at = 0; at < changes.length && !mustStop(signal, faults); at += CHANGES_PER_BATCH) {
    const batch = changes.slice(at, at + CHANGES_PER_BATCH)
    await ports.markPending(batch.map(({ name }) => name))
    const doneHere = await callAll(ports, batch, signal, faults)
    const puts = doneHere.filter((change) => change.kind === 'put')
    const removals = doneHere.filter((change) => change.kind === 'remove')
    if (puts.length > 0) await ports.remember(puts.map(({ name, specHash }) => ({ name, specHash })))
    if (removals.length > 0) await ports.forget(removals.map(({ name }) => name))
    done.push(...doneHere)
  }
  return tally(changes, done, faults)
}

const mustStop = (signal: AbortSignal, faults: readonly ChangeFault[]): boolean =>
  signal.aborted || faults.length >= MAX_FAULTS

/** Those that were done, in no order. Faults are added to `faults`. */
async function callAll(
  ports: Applying,
  batch: readonly ScheduleChange[],
  signal: AbortSignal,
  faults: ChangeFault[],
): Promise<ScheduleChange[]> {
  const done: ScheduleChange[] = []
  const waiting = batch.values()
  // Lanes share one iterator: each takes the next change as soon as it is free.
  const lane = async (): Promise<void> => {
    for (const change of waiting) {
      if (mustStop(signal, faults)) return
      try {
        if ((await call(ports, change, signal)) === 'done') done.push(change)
      } catch (error) {
        faults.push({ name: change.name, error })
      }
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane))
  return done
}

function call(ports: Applying, change: ScheduleChange, signal: AbortSignal): Promise<CallOutcome> {
  if (change.kind === 'remove') return ports.remove(change.name, { signal })
  const { spec, exists } = change
  const startAtMs = nextOccurrenceMs(ports.now().getTime(), spec.periodMinutes * MINUTE_MS, spec.phaseMs)
  return ports.put(spec, { startAtMs, exists, signal })
}

function tally(
  changes: readonly ScheduleChange[],
  done: readonly ScheduleChange[],
  faults: readonly ChangeFault[],
): ChangesApplied {
  const put = done.filter(({ kind }) => kind === 'put').length
  const removed = done.length - put
  const puts = changes.filter(({ kind }) => kind === 'put').length
  return {
    put,
    removed,
    putsLeftOver: puts - put,
    removalsLeftOver: changes.length - puts - removed,
    faults,
  }
}
