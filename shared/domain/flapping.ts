/** When a host is flapping, and when no longer. */
export type FlappingPolicy = {
  /** As many changes within the window make a host flapping; 0 for never. */
  readonly changes: number
  readonly windowMs: number
  /** A flapping host that has not changed for so long is flapping no longer. */
  readonly quietMs: number
}

/** What is known of a host that has just changed, from before this change. */
export type ChangeHistory = {
  readonly isFlapping: boolean
  readonly isInMaintenance: boolean
  /** When the host stopped flapping the last time, in ms since the epoch; null where it never did. */
  readonly lastStoppedMs: number | null
  /** When its status changed before, within the window at least, in ms since the epoch. */
  readonly changedAtMs: readonly number[]
}

/**
 * How many changes within the window make a host flapping, with the one that has just happened; null where they do
 * not, or where it is flapping already. What was told as an earlier time of flapping does not count again: a host that
 * goes down once after it has stopped is down.
 */
export function countFlapping(history: ChangeHistory, atMs: number, policy: FlappingPolicy): number | null {
  if (policy.changes === 0 || history.isFlapping) return null
  const sinceMs = Math.max(atMs - policy.windowMs, history.lastStoppedMs ?? Number.NEGATIVE_INFINITY)
  const changes = 1 + history.changedAtMs.filter((ms) => ms > sinceMs && ms <= atMs).length
  return changes >= policy.changes ? changes : null
}

/** Longer than any probe takes from the time of a change to its commit: 20 s, Lambda's limit for the probe function. */
const COMMIT_GRACE_MS = 30_000

/**
 * The time before which a flapping host must have changed last, to have stopped by now. A change that is not yet
 * committed is waited for: otherwise it would be left out as one of a flapping host, and nobody would tell it after.
 */
export const settledBefore = (nowMs: number, { changes, quietMs }: FlappingPolicy): number =>
  nowMs - COMMIT_GRACE_MS - (changes === 0 ? 0 : quietMs)

/** When a host that changed last at this time has stopped flapping. */
export const stoppedAtMs = (lastChangeMs: number, { changes, quietMs }: FlappingPolicy): number =>
  lastChangeMs + (changes === 0 ? COMMIT_GRACE_MS : quietMs)
