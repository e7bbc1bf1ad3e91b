import { UserError } from '../../shared/domain/errors.ts'
import { isInFuture } from '../../shared/domain/scan-time.ts'

/** @throws UserError for a scan that completes in the future. */
export function refuseFuture(completedAt: Date, now: Date): void {
  if (isInFuture(completedAt, now)) throw futureScanError(completedAt)
}

/** The message for the user about a scan that completes in the future. */
export const futureScanError = (completedAt: Date): UserError =>
  new UserError([
    `the scan completed at ${completedAt.toISOString()}, which is in the future: every later scan would be ` +
      'refused as an older one. If a clock was wrong, give --completed-at',
  ])
