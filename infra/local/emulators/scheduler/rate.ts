const MINUTE_MS = 60_000
const UNIT_MS = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 24 * 60 * MINUTE_MS } as const
const RATE = /^rate\(([1-9]\d{0,5}) (minute|hour|day)s?\)$/

/** The period of a `rate(N minutes|hours|days)` expression in ms, or null for what is none: seconds, 0, 1.5. */
export function ratePeriodMs(expression: string): number | null {
  const [, value, unit] = RATE.exec(expression) ?? []
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day') return null
  return Number(value) * UNIT_MS[unit]
}
