import { InvalidValueError } from '../../shared/domain/errors.ts'

/** Fleet time, which the local Scheduler uses. Tests may pass a clock that they set themselves. */
export type Clock = {
  readonly now: () => Date
  /** Converts a duration in fleet time to real time, both in ms. */
  readonly realMs: (fleetMs: number) => number
}

export type ClockOptions = {
  /** Fleet seconds that pass in one real second, more than 0. */
  readonly speed: number
  /** The first instant of fleet time: now by default. */
  readonly startAt?: Date
}

/**
 * A clock that runs `speed` times as fast as real time and never backwards: it does not follow when somebody
 * sets the machine's clock.
 * @throws InvalidValueError for a speed that is not a positive number
 */
export function createClock({ speed, startAt = new Date() }: ClockOptions): Clock {
  if (!Number.isFinite(speed) || speed <= 0) {
    throw new InvalidValueError('speed', `must be a positive number, not ${speed}`)
  }
  const startMs = startAt.getTime()
  const startedMs = performance.now()
  return {
    now: () => new Date(startMs + (performance.now() - startedMs) * speed),
    realMs: (fleetMs) => fleetMs / speed,
  }
}
