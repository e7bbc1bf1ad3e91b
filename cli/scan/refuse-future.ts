import { UserError } from '../../shared/domain/errors.ts'

/** How far clocks may differ, in ms. A time further ahead would make every later scan look old. */
const MAX_AHEAD_MS = 5 * 60_000

/** @throws UserError for a scan that completes in the future. */
export function refuseFuture(completedAt: Date, now: Date): void {
  if (completedAt.getTime() - now.getTime() <= MAX_AHEAD_MS) return
  throw new UserError([
    `the scan completed at ${completedAt.toISOString()}, which is in the future: every later scan would be ` +
      'refused as an older one. If a clock was wrong, give --completed-at',
  ])
}
