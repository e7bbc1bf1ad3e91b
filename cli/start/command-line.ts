import type { parseArgs } from 'node:util'
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS, MINUTE_MS } from '../../shared/domain/cadence.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { MAX_HOSTS_PER_INVOCATION } from '../../shared/domain/schedules.ts'
import { parseFlags, parseWholeNumber } from '../terminal/parse-flags.ts'
import { parseResolveChoice, type ResolveChoice } from '../terminal/resolve-names.ts'

export type Command = {
  /** A fleet of one's own; null is the demonstration. */
  readonly fleetFile: string | null
  readonly once: boolean
  readonly json: boolean
  /** Whether hosts that runs of this file have added, and that are no longer in it, leave a shared database. */
  readonly prune: boolean
  /** Null where the flag was not given. */
  readonly intervalMs: number | null
  readonly hostsPerSchedule: number | null
  /** How many seconds of fleet time pass in one second. */
  readonly speed: number
  /** Where events are posted to; null where nowhere. */
  readonly webhook: string | null
  readonly resolve: ResolveChoice
  readonly verbose: boolean
}

export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly command: Command }
  | { readonly kind: 'fault'; readonly message: string }

/** The five-minute cadence passes in five seconds. */
export const DEMONSTRATION_SPEED = 60
/** Faster than this, a probe of five seconds takes longer than most cadences. */
export const MAX_SPEED = 600

const OPTIONS = {
  hosts: { type: 'string' },
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  prune: { type: 'boolean', default: false },
  interval: { type: 'string' },
  'hosts-per-schedule': { type: 'string' },
  speed: { type: 'string' },
  resolve: { type: 'string' },
  webhook: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const

/** Reads what was typed after `npm start --`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values } = parseFlags({ args: [...args], options: OPTIONS, allowPositionals: false })
    return values.help ? { kind: 'help' } : { kind: 'run', command: toCommand(values) }
  } catch (error) {
    if (error instanceof UserError) return { kind: 'fault', message: error.message }
    throw error
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

function toCommand(values: Values): Command {
  const once = values.once ?? false
  const json = values.json ?? false
  const prune = values.prune ?? false
  const shared = values['hosts-per-schedule']
  if (json && !once) throw new UserError(['--json needs --once: it prints one pass'])
  if (prune && values.hosts === undefined)
    throw new UserError(['--prune needs --hosts: it is about what a file no longer has'])
  if (values.hosts === '') throw new UserError(['--hosts needs the path of a .csv, .json or .ini file'])
  return {
    fleetFile: values.hosts ?? null,
    once,
    json,
    prune,
    intervalMs: values.interval === undefined ? null : parseInterval(values.interval),
    hostsPerSchedule:
      shared === undefined
        ? null
        : parseWholeNumber('--hosts-per-schedule', shared, 1, MAX_HOSTS_PER_INVOCATION),
    speed: parseSpeed(values.speed ?? String(values.hosts === undefined ? DEMONSTRATION_SPEED : 1)),
    webhook: values.webhook === undefined ? null : parseWebhook(values.webhook, once),
    resolve: parseResolveChoice(values.resolve ?? 'always'),
    verbose: values.verbose ?? false,
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }

function parseInterval(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? []
  const ms = Number(number) * (UNIT_MS[unit] ?? 0)
  if (ms < MIN_INTERVAL_MS || ms > MAX_INTERVAL_MS || ms % MINUTE_MS !== 0) {
    throw new UserError([
      `--interval ${JSON.stringify(text)} is not a time in whole minutes from 1m to 1h, such as 120s or 5m`,
    ])
  }
  return ms
}

function parseSpeed(text: string): number {
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (speed < 1 || speed > MAX_SPEED) {
    throw new UserError([`--speed ${JSON.stringify(text)} is not a number from 1 to ${MAX_SPEED}`])
  }
  return speed
}

function parseWebhook(text: string, once: boolean): string {
  if (once) throw new UserError(['--webhook needs a run that goes on: it is of no use with --once'])
  if (!['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '')) {
    throw new UserError([
      `--webhook ${JSON.stringify(text)} is not a URL that begins with http:// or https://`,
    ])
  }
  return text
}
