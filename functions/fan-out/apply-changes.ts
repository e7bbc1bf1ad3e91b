import { MINUTE_MS, nextOccurrenceMs } from '../../shared/domain/cadence.ts'
import { joined, slice } from '../../shared/domain/lazy-list.ts'
import type { CallOutcome, ScheduleSpec } from '../../shared/domain/schedules.ts'
import type { Changes, ScheduleChange } from './changes.ts'

export type Applying = {
  /** Creates or replaces a schedule whose first occurrence is at `startAtMs`. */
  readonly put: (
    spec: ScheduleSpec,
    options: { readonly startAtMs: number; readonly exists: boolean; readonly signal: AbortSignal },
  ) => Promise<CallOutcome>
  /** Deletes a schedule; one that is not there is `done`. */
  readonly remove: (name: string, options: { readonly signal: AbortSignal }) => Promise<CallOutcome>
  /** Stores that these are about to change: until they are remembered or forgotten, their state is unknown. */
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

/** How many calls are under way at once. At 20 to 50 ms per call that is 400 to 1,000 per second, within AWS's quota. */
const CALLS_AT_ONCE = 20
/** How many changes a crash loses at most; the next run repeats them. */
const CHANGES_PER_BATCH = 400
/** A call that AWS refuses fails alone; ten refused calls are no longer about one schedule, and end the run. */
const MAX_FAULTS = 10

/**
 * Makes the changes in batches. Each batch is stored as pending first and as applied last. Without the pending
 * mark, a crash between a call and storing its result could hide a change that is then reverted: a schedule that
 * was removed, and is wanted again as it was, would look as if it still existed.
 */
export async function applyChanges(
  ports: Applying,
  { puts, removals }: Changes,
  signal: AbortSignal,
): Promise<ChangesApplied> {
  const changes = joined(puts, removals)
  const faults: ChangeFault[] = []
  let put = 0
  let removed = 0
  for (let at = 0; at < changes.length && !mustStop(signal, faults); at += CHANGES_PER_BATCH) {
    const batch = slice<ScheduleChange>(changes, at, CHANGES_PER_BATCH)
    await ports.markPending(batch.map(({ name }) => name))
    const done = await callAll(ports, batch, signal, faults)
    const written = done.filter((change) => change.kind === 'put')
    const deleted = done.filter((change) => change.kind === 'remove')
    if (written.length > 0) await ports.remember(written.map(({ name, specHash }) => ({ name, specHash })))
    if (deleted.length > 0) await ports.forget(deleted.map(({ name }) => name))
    put += written.length
    removed += deleted.length
  }
  const [putsLeftOver, removalsLeftOver] = [puts.length - put, removals.length - removed]
  return { put, removed, putsLeftOver, removalsLeftOver, faults }
}

const mustStop = (signal: AbortSignal, faults: readonly ChangeFault[]): boolean =>
  signal.aborted || faults.length >= MAX_FAULTS

/** Returns the changes that were made, in any order. Faults are added to `faults`. */
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
