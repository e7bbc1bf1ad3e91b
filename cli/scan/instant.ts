import { UserError } from '../../shared/domain/errors.ts'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
/** Clocks differ by so much; a time further ahead would make every later scan look old. */
const MAX_AHEAD_MS = 5 * 60_000

/** @throws UserError for anything but a date and time with its offset from UTC. */
export function parseInstant(flag: string, text: string): Date {
  const instant = new Date(text)
  if (INSTANT.test(text) && !Number.isNaN(instant.getTime())) return instant
  throw new UserError([`${flag} ${JSON.stringify(text)} is not a time such as 2026-03-01T10:00:00Z`])
}

/** @throws UserError for a scan that completes in the future. */
export function refuseFuture(completedAt: Date, now: Date): void {
  if (completedAt.getTime() - now.getTime() <= MAX_AHEAD_MS) return
  throw new UserError([
    `the scan completed at ${completedAt.toISOString()}, which is in the future: every later scan would be ` +
      'refused as an older one. If a clock was wrong, give --completed-at',
  ])
}
