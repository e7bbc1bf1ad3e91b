/** A time, or a stretch of time until now in ms. */
export type Since = { readonly at: Date } | { readonly agoMs: number }

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** Ten years: what is longer is a slip of the finger, and may have no date. */
const MAX_AGO_MS = 3650 * 86_400_000
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/** Null for a text that is neither. */
export function sinceOf(text: string): Since | null {
  const [, number = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  const agoMs = Number(number) * (UNIT_MS[unit] ?? 0)
  if (agoMs > 0) return agoMs <= MAX_AGO_MS ? { agoMs } : null
  const at = new Date(text)
  // No event is older than 1970, and not every year before is one to PostgreSQL. NaN fails too.
  return INSTANT.test(text) && at.getTime() >= 0 ? { at } : null
}

export const startOf = (since: Since, now: Date): Date =>
  'at' in since ? since.at : new Date(now.getTime() - since.agoMs)
