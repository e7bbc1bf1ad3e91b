import type { parseArgs } from 'node:util'
import type { FleetFormat } from '../../shared/contracts/fleet-file.ts'
import type { PolicyChanges } from '../../shared/contracts/policy.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { parseFlags } from '../terminal/parse-flags.ts'
import { parseFleetFormat } from '../terminal/read-fleet-file.ts'
import { parseResolveChoice, type ResolveChoice } from '../terminal/resolve-names.ts'
import { parseChanges, parseHostText, parseLimit, parseScanId, parseState } from './flag-values.ts'
import { parseSince, type Since } from './since.ts'

export type Target = { readonly kind: 'local' } | { readonly kind: 'stage'; readonly stage: string }

export type FleetCommand =
  | {
      readonly name: 'import'
      readonly file: string
      readonly prune: boolean
      readonly yes: boolean
      readonly resolve: ResolveChoice
      /** Undefined where the name of the file shows it. */
      readonly from: FleetFormat | undefined
      readonly dryRun: boolean
    }
  | { readonly name: 'hosts'; readonly state: ReachabilityStatus | null }
  | { readonly name: 'host' | 'probe'; readonly host: string }
  | { readonly name: 'policy' }
  | { readonly name: 'policy set'; readonly changes: PolicyChanges }
  | {
      readonly name: 'events'
      readonly since: Since
      readonly host: string | null
      readonly action: string | null
      readonly limit: number
    }
  | { readonly name: 'scans'; readonly host: string; readonly limit: number }
  | { readonly name: 'scans forget'; readonly host: string; readonly scanId: string }

export type FleetCommandLine =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'run'
      readonly target: Target
      readonly json: boolean
      readonly command: FleetCommand
    }
  /** A line each. */
  | { readonly kind: 'fault'; readonly messages: readonly string[] }

const OPTIONS = {
  stage: { type: 'string' },
  local: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  prune: { type: 'boolean' },
  yes: { type: 'boolean' },
  resolve: { type: 'string' },
  from: { type: 'string' },
  'dry-run': { type: 'boolean' },
  state: { type: 'string' },
  since: { type: 'string' },
  host: { type: 'string' },
  action: { type: 'string' },
  limit: { type: 'string' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']
type Flag = keyof typeof OPTIONS

/** Reads what was typed after `npm run fleet --`. */
export function parseFleetCommandLine(args: readonly string[]): FleetCommandLine {
  try {
    const { values, positionals } = parseFlags({ args: [...args], options: OPTIONS, allowPositionals: true })
    if (values.help) return { kind: 'help' }
    const command = parseCommand(positionals, values)
    return { kind: 'run', target: parseTarget(values), json: values.json ?? false, command }
  } catch (error) {
    if (error instanceof UserError) return { kind: 'fault', messages: error.lines }
    throw error
  }
}

/** The names that a stage may have, so that its functions have names that Lambda takes. */
const STAGE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/

function parseTarget({ stage, local }: Values): Target {
  if (stage !== undefined && local) throw new UserError(['--stage and --local exclude each other'])
  if (local) return { kind: 'local' }
  if (stage === undefined) {
    throw new UserError(['which fleet? --stage STAGE is one in AWS, --local the product on this machine'])
  }
  if (!STAGE.test(stage)) throw new UserError([`--stage ${JSON.stringify(stage)} is not a stage's name`])
  return { kind: 'stage', stage }
}

/** A command: the flags that go with it, how many words follow it, how it is typed, and what it is built from. */
type Grammar = {
  readonly flags: readonly Flag[]
  readonly words: readonly [least: number, most: number]
  readonly usage: string
  readonly build: (words: readonly string[], values: Values) => FleetCommand
}

const GRAMMAR: Readonly<Record<FleetCommand['name'], Grammar>> = {
  import: {
    flags: ['prune', 'yes', 'resolve', 'from', 'dry-run'],
    words: [1, 1],
    usage: 'import FILE [--from FORMAT] [--dry-run] [--prune [--yes]] [--resolve never]',
    build: (
      [file = ''],
      { prune = false, yes = false, resolve = 'always', from, 'dry-run': dryRun = false },
    ) => ({
      name: 'import',
      file,
      prune,
      yes,
      resolve: parseResolveChoice(resolve),
      from: from === undefined ? undefined : parseFleetFormat(from),
      dryRun,
    }),
  },
  hosts: {
    flags: ['state'],
    words: [0, 0],
    usage: 'hosts [--state STATE]',
    build: (_, { state }) => ({ name: 'hosts', state: state === undefined ? null : parseState(state) }),
  },
  host: {
    flags: [],
    words: [1, 1],
    usage: 'host HOST',
    build: ([host = '']) => ({ name: 'host', host: parseHostText(host) }),
  },
  probe: {
    flags: [],
    words: [1, 1],
    usage: 'probe HOST',
    build: ([host = '']) => ({ name: 'probe', host: parseHostText(host) }),
  },
  policy: { flags: [], words: [0, 0], usage: 'policy', build: () => ({ name: 'policy' }) },
  'policy set': {
    flags: [],
    words: [1, Number.POSITIVE_INFINITY],
    usage: 'policy set KEY=VALUE ...',
    build: (texts) => ({ name: 'policy set', changes: parseChanges(texts) }),
  },
  events: {
    flags: ['since', 'host', 'action', 'limit'],
    words: [0, 0],
    usage: 'events [--since TIME] [--host HOST] [--action ACTION] [--limit N]',
    build: (_, values) => ({
      name: 'events',
      since: parseSince(values.since ?? '24h'),
      host: values.host === undefined ? null : parseHostText(values.host),
      action: values.action || null,
      limit: parseLimit(values.limit ?? '100'),
    }),
  },
  scans: {
    flags: ['limit'],
    words: [1, 1],
    usage: 'scans HOST [--limit N]',
    build: ([host = ''], { limit = '100' }) => ({
      name: 'scans',
      host: parseHostText(host),
      limit: parseLimit(limit),
    }),
  },
  'scans forget': {
    flags: [],
    words: [2, 2],
    usage: 'scans forget HOST SCAN-ID',
    build: ([host = '', scanId = '']) => ({
      name: 'scans forget',
      host: parseHostText(host),
      scanId: parseScanId(scanId),
    }),
  },
}
const GLOBAL_FLAGS: readonly Flag[] = ['stage', 'local', 'json', 'help']

function parseCommand([first, ...rest]: readonly string[], values: Values): FleetCommand {
  if (first === undefined) throw new UserError(['which command? --help lists them'])
  const isOfTwoWords = Object.keys(GRAMMAR).includes(`${first} ${rest[0]}`)
  const word = isOfTwoWords ? `${first} ${rest[0]}` : first
  const name = (Object.keys(GRAMMAR) as FleetCommand['name'][]).find((known) => known === word)
  if (name === undefined) {
    throw new UserError([`there is no command ${JSON.stringify(word)}: --help lists them`])
  }
  const { flags, words, usage, build } = GRAMMAR[name]
  const given = isOfTwoWords ? rest.slice(1) : rest
  if (given.length < words[0] || given.length > words[1]) {
    throw new UserError([`usage: npm run fleet -- (--stage STAGE | --local) ${usage}`])
  }
  const stray = (Object.keys(values) as Flag[]).find((flag) => ![...GLOBAL_FLAGS, ...flags].includes(flag))
  if (stray !== undefined) throw new UserError([`--${stray} does not go with ${name}`])
  return build(given, values)
}
