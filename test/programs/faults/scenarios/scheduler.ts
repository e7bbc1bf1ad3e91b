import type { Scenario } from '../scenario.ts'
import { type Deliver, IN_TIME, type World } from '../world.ts'

/** More than a cadence, so that an occurrence comes after the next one. */
const LATE_MS = 8_000

const delivered = (fault: string, lastsMs: number, deliver: (world: World) => Deliver): Scenario => ({
  fault,
  lastsMs,
  bring: async (world) => {
    world.knobs.deliver = deliver(world)
    return async () => {
      world.knobs.deliver = IN_TIME
    }
  },
})

const doubled = delivered('Scheduler events doubled', 9_000, () => (_, invoke) => {
  invoke()
  invoke()
  setTimeout(invoke, 1_000)
})

/** Every other event, so that late ones and those in time meet. */
const late = delivered('Scheduler events late by more than a cadence', 12_000, () => {
  let n = 0
  return (_, invoke) => {
    setTimeout(invoke, n++ % 2 === 0 ? LATE_MS : 0)
  }
})

const lost = delivered('Scheduler events lost for a while', 9_000, ({ tally }) => () => {
  tally.count('events lost')
})

const HOUR_MS = 3_600_000

const wrongClock = (fault: string, clockErrorMs: number): Scenario => ({
  fault,
  lastsMs: 9_000,
  bring: async ({ knobs }) => {
    knobs.clockErrorMs = clockErrorMs
    return async () => {
      knobs.clockErrorMs = 0
    }
  },
})

export const TIME_SCENARIOS = [
  doubled,
  late,
  lost,
  wrongClock("the handlers' clock an hour fast", HOUR_MS),
  wrongClock("the handlers' clock an hour slow", -HOUR_MS),
]
