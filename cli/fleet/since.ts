import { UserError } from '../../shared/domain/errors.ts'
import { INSTANT } from '../terminal/parse-flags.ts'

/** A time, or a duration until now in ms. */
export type Since = { readonly at: Date } | { readonly agoMs: number }

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** Ten years: what is longer is a slip of the finger, and may have no date. */
const MAX_AGO_MS = 3650 * 86_400_000

/** Reads a duration such as `24h`, in ms; 0 for any other text. */
export function parseDurationMs(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  return Number(number) * (UNIT_MS[unit] ?? 0)
}

/**
 * Reads a duration such as `24h`, or a time such as `2026-03-01T10:00:00Z`.
 * @throws UserError for a text that is neither.
 */
export function parseSince(text: string): Since {
  const agoMs = parseDurationMs(text)
  if (agoMs > 0 && agoMs <= MAX_AGO_MS) return { agoMs }
  const at = new Date(text)
  // No event is older than 1970, and PostgreSQL does not know every year before. NaN fails too.
  if (INSTANT.test(text) && at.getTime() >= 0) return { at }
  throw new UserError([
    `--since ${JSON.stringify(text)} is neither a duration, such as 30m, 24h or 7d, nor a time, such as 2026-03-01T10:00:00Z`,
  ])
}

/** The time at which a duration or a time begins. */
export const findStart = (since: Since, now: Date): Date =>
  'at' in since ? since.at : new Date(now.getTime() - since.agoMs)
