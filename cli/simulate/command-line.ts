import { UserError } from '../../shared/domain/errors.ts'
import { MAX_HOSTS_PER_INVOCATION } from '../../shared/domain/schedules.ts'
import { parseFlags, parseWholeNumber } from '../terminal/parse-flags.ts'
import { BILLED_STAGES, type BilledStage } from './billed-stage.ts'
import { HOSTS_PER_SCHEDULE } from './scenario.ts'

/** The usage text of `npm run simulate`. */
export const HELP = `usage: npm run simulate -- [options]

Computes a day of a fleet without waiting for it: the real plan of schedules,
and the real probe function without a network and a database.

  --hosts N                  hosts of the fleet, to 2,000,000 (default 100,000)
  --hosts-per-schedule N …   how many share a schedule, 1 to ${MAX_HOSTS_PER_INVOCATION}
                             (default ${HOSTS_PER_SCHEDULE.join(' ')})
  --stage STAGE              whose bill is computed: ${BILLED_STAGES.join(', ')}
                             (default prod)
  --bills                    prints the bills of docs/cost.md, and nothing else
  --json                     one JSON object a scenario, for programs
  --write                    writes what is printed into docs/scale.md and
                             docs/scale.svg, or into docs/cost.md
  --help                     this text
`

const DEFAULT_HOSTS = 100_000
/** Twice the number of hosts that one minute and 1 GB of memory are enough for. */
const MAX_HOSTS = 2_000_000

export type SimulateCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'bills'; readonly write: boolean }
  | {
      readonly kind: 'simulate'
      readonly hosts: number
      readonly hostsPerSchedule: readonly number[]
      readonly stage: BilledStage
      readonly json: boolean
      readonly write: boolean
    }

const OPTIONS = {
  hosts: { type: 'string' },
  'hosts-per-schedule': { type: 'string', multiple: true },
  stage: { type: 'string', default: 'prod' },
  bills: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const

/**
 * Parses the arguments. Several numbers may follow --hosts-per-schedule. @throws UserError for anything
 * that HELP does not name.
 */
export function parseSimulateCommand(args: readonly string[]): SimulateCommand {
  const { values, positionals } = parseFlags({ args: [...args], options: OPTIONS, allowPositionals: true })
  if (values.help) return { kind: 'help' }
  const packed = values['hosts-per-schedule']
  if (packed === undefined && positionals.length > 0)
    throw new UserError([`what is ${JSON.stringify(positionals[0])}? (--help lists the flags)`])
  if (values.bills) return parseBills(values)
  if (packed !== undefined && values.write)
    throw new UserError(['--write is for all scenarios: leave out --hosts-per-schedule'])
  const hostsPerSchedule = packed?.concat(positionals).map((text) => {
    return parseNumber('--hosts-per-schedule', text, MAX_HOSTS_PER_INVOCATION)
  })
  return {
    kind: 'simulate',
    hosts: values.hosts === undefined ? DEFAULT_HOSTS : parseNumber('--hosts', values.hosts, MAX_HOSTS),
    hostsPerSchedule: hostsPerSchedule ?? HOSTS_PER_SCHEDULE,
    stage: parseStage(values.stage),
    json: values.json,
    write: values.write,
  }
}

function parseBills(values: { readonly hosts?: string; readonly write: boolean }): SimulateCommand {
  if (values.hosts !== undefined)
    throw new UserError(['--bills is for the fleets of docs/cost.md: leave out --hosts'])
  return { kind: 'bills', write: values.write }
}

function parseStage(text: string): BilledStage {
  const stage = BILLED_STAGES.find((each) => each === text)
  if (stage === undefined)
    throw new UserError([`--stage ${JSON.stringify(text)} is none of ${BILLED_STAGES.join(', ')}`])
  return stage
}

/** Reads a number in which thousands may be marked: `1_000_000` or `1,000,000`. */
const parseNumber = (flag: string, text: string, most: number): number =>
  parseWholeNumber(flag, text.replaceAll(/[_,]/g, ''), 1, most)
