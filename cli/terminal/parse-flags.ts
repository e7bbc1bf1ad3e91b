import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UserError } from '../../shared/domain/errors.ts'

type Parsed<Config extends ParseArgsConfig> = ReturnType<typeof parseArgs<Config>>

/**
 * Reads the flags of a command line.
 * @throws UserError with one line for a flag that is unknown, or that lacks its value.
 */
export function parseFlags<const Config extends ParseArgsConfig>(config: Config): Parsed<Config> {
  try {
    return parseArgs(config)
  } catch (cause) {
    if (!(cause instanceof TypeError && 'code' in cause)) throw cause
    const sentence = cause.message.split(/\. |\n/, 1)[0] ?? cause.message
    throw new UserError([`${sentence} (--help lists the flags)`], { cause })
  }
}

/** @throws UserError for anything but a whole number from `least` to `most`. */
export function parseWholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UserError([`${flag} ${JSON.stringify(text)} is not a whole number from ${least} to ${most}`])
}

/** @throws UserError for anything but a date and time with its offset from UTC. */
export function parseInstant(flag: string, text: string): Date {
  const instant = new Date(text)
  if (INSTANT.test(text) && !Number.isNaN(instant.getTime())) return instant
  throw new UserError([`${flag} ${JSON.stringify(text)} is not a time such as 2026-03-01T10:00:00Z`])
}

/** A date and time with its offset from UTC (RFC 3339). */
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
