import { finalize64, fnv1a64, unitInterval } from './hash.ts'
import { encodeHostId, type HostId } from './ids.ts'

/** The cadence of a fleet whose policy has none: five minutes. */
export const DEFAULT_INTERVAL_MS = 300_000
/** The shortest cadence: one minute, the shortest rate of EventBridge Scheduler. */
export const MIN_INTERVAL_MS = 60_000
/** The longest cadence: one hour. */
export const MAX_INTERVAL_MS = 3_600_000
/** The shortest cadence, as the policy has it. */
export const MIN_INTERVAL_SECONDS = MIN_INTERVAL_MS / 1000
/** The longest cadence, as the policy has it. */
export const MAX_INTERVAL_SECONDS = MAX_INTERVAL_MS / 1000
/** The share of an interval by which a host's own may be longer or shorter. */
export const JITTER_FRACTION = 0.2
/** The step of every period: rates of EventBridge Scheduler are whole minutes. */
export const MINUTE_MS = 60_000

/** An interval that a host may be probed at: 0 or none means the default, the rest is held in [60 s, 3600 s]. */
export function clampIntervalMs(ms?: number): number {
  if (ms === undefined || ms === 0 || Number.isNaN(ms)) return DEFAULT_INTERVAL_MS
  return Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, ms))
}

/**
 * The interval of one host: up to 20 % more or less than `intervalMs`, always the same for the same id.
 * An interval that is not positive gives 0.
 */
export function applyJitter(intervalMs: number, hostId: HostId): number {
  if (intervalMs <= 0) return 0
  const position = unitInterval(fnv1a64(encodeHostId(hostId)))
  return intervalMs + Math.trunc(intervalMs * ((position - 0.5) * 2 * JITTER_FRACTION))
}

/**
 * The period of one host in whole minutes, as EventBridge Scheduler's `rate` takes no other: the one nearest to
 * the jittered interval that lies within JITTER_FRACTION of the interval. There is one because the interval is
 * taken in whole minutes too: what is none, which no policy allows, is rounded to the nearest, and at least 1.
 */
export function periodMinutes(intervalMs: number, hostId: HostId): number {
  const intervalMinutes = Math.max(1, Math.round(intervalMs / MINUTE_MS))
  // In ms and not in minutes: 2.4 minutes less a fifth of it is not 1.92 in floating point.
  const spanMs = Math.trunc(intervalMinutes * MINUTE_MS * JITTER_FRACTION)
  const least = Math.ceil((intervalMinutes * MINUTE_MS - spanMs) / MINUTE_MS)
  const most = Math.floor((intervalMinutes * MINUTE_MS + spanMs) / MINUTE_MS)
  const nearest = Math.round(applyJitter(intervalMinutes * MINUTE_MS, hostId) / MINUTE_MS)
  return Math.min(most, Math.max(least, nearest))
}

/** A host's own hash, evenly spread: its phase comes from it, and the bucket it is packed into. */
export const spreadHash = (hostId: HostId): bigint => finalize64(fnv1a64(encodeHostId(hostId)))

/** Where in its period a host is probed: ms in [0, periodMs), evenly spread over any set of ids. */
export function phaseMs(hostId: HostId, periodMs: number): number {
  return Number((spreadHash(hostId) * BigInt(periodMs)) >> 64n)
}

/** The first instant after `nowMs` that is congruent to the phase. All in ms, `nowMs` since the epoch. */
export function nextOccurrenceMs(nowMs: number, periodMs: number, phase: number): number {
  const sinceLast = (((nowMs - phase) % periodMs) + periodMs) % periodMs
  return nowMs - sinceLast + periodMs
}
