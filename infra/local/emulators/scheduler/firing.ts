import type { Clock } from '../../clock.ts'
import { createHeap } from './heap.ts'
import type { Schedule } from './store.ts'

export type Firing = {
  /** Fires the schedule from now on. A schedule that it replaces is ignored from then on. */
  readonly follow: (schedule: Schedule) => void
  readonly stop: () => void
}

export type FiringDeps = {
  readonly clock: Clock
  /** Whether the schedule was neither deleted nor replaced since it was followed. */
  readonly isCurrent: (schedule: Schedule) => boolean
  /** Its nominal occurrence, not the moment of firing, is in ms since the epoch. */
  readonly fire: (schedule: Schedule, occurrenceMs: number) => void
}

/** The timer fires at least this often, because the clock may be changed and the machine may sleep. */
const MAX_WAIT_MS = 60_000
/** How many schedules fire before other work of the process gets a turn. */
const MAX_FIRED_A_TURN = 500

type Entry = { readonly dueMs: number; readonly schedule: Schedule }

/**
 * Fires rate schedules: first at StartDate (or when created or changed), then every period. What came due several
 * times while the process stood still is fired once, for the latest occurrence.
 *
 * One heap and one timer serve any number of schedules. A deleted or replaced one stays in the heap until it
 * would be due, and is passed over then.
 */
export function startFiring(deps: FiringDeps): Firing {
  const heap = createHeap<Entry>()
  let timer: NodeJS.Timeout | undefined
  let timerDueMs = Number.POSITIVE_INFINITY
  let stopped = false

  const fireDue = (): void => {
    const nowMs = deps.clock.now().getTime()
    for (let fired = 0; fired < MAX_FIRED_A_TURN && !stopped; fired++) {
      const next = heap.peek()
      if (next === undefined || next.dueMs > nowMs) break
      heap.pop()
      if (!deps.isCurrent(next.schedule)) continue
      const occurrenceMs = latestOccurrenceMs(next, nowMs)
      if (hasEnded(next.schedule, occurrenceMs)) continue
      heap.push({ ...next, dueMs: occurrenceMs + next.schedule.definition.periodMs })
      deps.fire(next.schedule, occurrenceMs)
    }
    timerDueMs = Number.POSITIVE_INFINITY
    arm()
  }
  const arm = (): void => {
    const dueMs = heap.peek()?.dueMs
    if (stopped || dueMs === undefined || dueMs >= timerDueMs) return
    clearTimeout(timer)
    timerDueMs = dueMs
    const waitMs = deps.clock.realMs(dueMs - deps.clock.now().getTime())
    timer = setTimeout(fireDue, Math.min(MAX_WAIT_MS, Math.max(0, waitMs)))
  }
  return {
    follow: (schedule) => {
      if (schedule.definition.State === 'DISABLED') return
      heap.push({ dueMs: schedule.definition.StartDate ?? schedule.modifiedMs, schedule })
      arm()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

function latestOccurrenceMs({ dueMs, schedule }: Entry, nowMs: number): number {
  const { periodMs } = schedule.definition
  return dueMs + Math.floor((nowMs - dueMs) / periodMs) * periodMs
}

/** A schedule that is past its EndDate stays ENABLED and does not fire any more, as in AWS. */
function hasEnded({ definition }: Schedule, occurrenceMs: number): boolean {
  return definition.EndDate !== undefined && occurrenceMs > definition.EndDate
}
