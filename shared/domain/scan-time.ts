/**
 * How far ahead of the clock a scan may have completed, in ms. Clocks that are not synchronised differ by minutes. A
 * time further ahead would make every later scan of the host look old, for as long as that time is not reached.
 */
export const MAX_COMPLETED_AHEAD_MS = 15 * 60_000

/** Whether a scan completed further ahead of the clock than clocks differ. */
export const isInFuture = (completedAt: Date, now: Date): boolean =>
  completedAt.getTime() - now.getTime() > MAX_COMPLETED_AHEAD_MS
