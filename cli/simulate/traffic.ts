import { MINUTE_MS } from '../../shared/domain/cadence.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'
import { DOWN_HOST_MS, FURTHER_HOST_MS, INVOCATION_MS } from './assumptions.ts'
import type { SimulatedFleet } from './fleet.ts'

const DAY_SECONDS = 86_400
const MINUTE_SECONDS = MINUTE_MS / 1000

/** The load that the schedules cause in a day. Every schedule is counted; nothing is a sample. */
export type Traffic = {
  readonly invocations: number
  /** The duration of all invocations together, which Lambda bills. */
  readonly billedSeconds: number
  readonly perMinuteMean: number
  readonly perMinutePeak: number
  /** In the busiest second, like the next two. */
  readonly perSecondPeak: number
  /** Invocations under way. Each holds a Lambda environment and a database connection. */
  readonly concurrentPeak: number
  /** Hosts that are being probed. Each holds an entry of the lock table. */
  readonly locksPeak: number
}

/** Per second of a period: how many invocations start, and how many invocations and hosts are under way. */
type Load = Readonly<Record<(typeof LOADS)[number], Float64Array>>
const LOADS = ['begun', 'underWay', 'locked'] as const

/**
 * Counts the day by the second. A schedule fires anywhere in its minute, as Scheduler has it, and here in the
 * same second each time; schedules of one period are counted together, as they repeat together.
 */
export function computeTraffic(
  plan: readonly ScheduleSpec[],
  { ranks }: SimulatedFleet,
  downShare: number,
): Traffic {
  const byPeriod = new Map<number, Load>()
  for (const spec of plan) {
    const load = byPeriod.get(spec.periodMinutes) ?? noLoad(spec.periodMinutes * MINUTE_SECONDS)
    byPeriod.set(spec.periodMinutes, load)
    addSchedule(load, spec, ranks, downShare)
  }
  const day = noLoad(DAY_SECONDS)
  for (const load of byPeriod.values())
    for (const kind of LOADS)
      for (let second = 0; second < DAY_SECONDS; second++)
        add(day[kind], second, load[kind][second % load[kind].length] ?? 0)
  return summary(day)
}

const noLoad = (seconds: number): Load => ({
  begun: new Float64Array(seconds),
  underWay: new Float64Array(seconds),
  locked: new Float64Array(seconds),
})

const add = (series: Float64Array, at: number, value: number): void => {
  series[at] = (series[at] ?? 0) + value
}

type Ranks = SimulatedFleet['ranks']

function addSchedule(load: Load, spec: ScheduleSpec, ranks: Ranks, downShare: number): void {
  const begins = Math.floor(spec.phaseMs / MINUTE_MS) * MINUTE_SECONDS + findSecond(spec, ranks)
  add(load.begun, begins, 1)
  let leftSeconds = invocationMs(spec, ranks, downShare) / 1000
  for (let second = begins; leftSeconds > 0; second++) {
    const share = Math.min(1, leftSeconds)
    add(load.underWay, second % load.underWay.length, share)
    add(load.locked, second % load.locked.length, share * spec.hostIds.length)
    leftSeconds -= share
  }
}

/** A large odd number that distributes the seconds evenly. */
const SCATTER = 7919

/** The second of the minute in which a schedule fires: 0 to 59, distributed evenly over the schedules. */
export function findSecond({ hostIds }: Pick<ScheduleSpec, 'hostIds'>, ranks: Ranks): number {
  const [first] = hostIds
  const rank = first === undefined ? 0 : (ranks.get(first) ?? 0)
  return Math.floor(((rank * SCATTER) % 1) * MINUTE_SECONDS)
}

/**
 * All hosts of an invocation are probed at once, so one that is down keeps the invocation and all its locks
 * waiting.
 */
function invocationMs({ hostIds }: ScheduleSpec, ranks: Ranks, downShare: number): number {
  const someDown = hostIds.some((id) => (ranks.get(id) ?? 1) < downShare)
  return INVOCATION_MS + (hostIds.length - 1) * FURTHER_HOST_MS + (someDown ? DOWN_HOST_MS : 0)
}

function summary({ begun, underWay, locked }: Load): Traffic {
  const invocations = sum(begun)
  const perMinute = Array.from({ length: DAY_SECONDS / MINUTE_SECONDS }, (_, minute) =>
    sum(begun.subarray(minute * MINUTE_SECONDS, (minute + 1) * MINUTE_SECONDS)),
  )
  return {
    invocations,
    billedSeconds: sum(underWay),
    perMinuteMean: invocations / perMinute.length,
    perMinutePeak: largest(perMinute),
    perSecondPeak: largest(begun),
    concurrentPeak: Math.ceil(largest(underWay)),
    locksPeak: Math.ceil(largest(locked)),
  }
}

type Series = Iterable<number>

const sum = (series: Series): number => {
  let total = 0
  for (const value of series) total += value
  return total
}

const largest = (series: Series): number => {
  let most = 0
  for (const value of series) most = Math.max(most, value)
  return most
}
