const number = new Intl.NumberFormat('en-US')

/** A number with commas between thousands: `12,345`. */
export const formatNumber = (value: number): string => number.format(value)

/** A number of things: `1 host`, `12,345 hosts`. */
export const formatCount = (count: number, one: string, many = `${one}s`): string =>
  `${number.format(count)} ${count === 1 ? one : many}`

/** A duration in ms; a dash where there is none. */
export const formatMilliseconds = (ms: number | null): string =>
  ms === null ? '–' : `${number.format(ms)} ms`

/** An address and a port as they are written in a URL: `192.0.2.1:22`, `[2001:db8::1]:22`. */
export const formatEndpoint = (address: string | null, port: number | null): string =>
  address?.includes(':') ? `[${address}]:${port}` : `${address ?? '?'}:${port ?? '?'}`

/** A time to the second, in UTC; a dash where there is none. */
export const formatTime = (iso: string | null): string => (iso === null ? '–' : iso.replace(/\.\d+Z$/, 'Z'))

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A duration in the largest unit of which it has at least two: `98 min`, `5 h`, `3 d`. */
export function formatDuration(ms: number): string {
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} d`
}
