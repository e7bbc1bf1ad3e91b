import { parseArgs } from 'node:util'
import type { PolicyChanges } from '../../shared/contracts/policy.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { CommandLineError, changesOf, limitOf, named, stateOf, timeOf } from './flag-values.ts'
import type { Since } from './since.ts'

export type Target = { readonly kind: 'local' } | { readonly kind: 'stage'; readonly stage: string }

export type FleetCommand =
  | { readonly name: 'import'; readonly file: string; readonly prune: boolean; readonly yes: boolean }
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
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      strict: true,
      allowPositionals: true,
    })
    if (values.help) return { kind: 'help' }
    const command = commandOf(positionals, values)
    return { kind: 'run', target: targetOf(values), json: values.json ?? false, command }
  } catch (error) {
    if (error instanceof CommandLineError) return { kind: 'fault', messages: error.messages }
    if (error instanceof TypeError && 'code' in error) {
      const sentence = error.message.split(/\. |\n/, 1)[0] ?? error.message
      return { kind: 'fault', messages: [`${sentence} (--help lists commands and flags)`] }
    }
    throw error
  }
}

/** What a stage may be called, so that its functions' names are names. */
const STAGE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/

function targetOf({ stage, local }: Values): Target {
  if (stage !== undefined && local) throw new CommandLineError('--stage and --local exclude each other')
  if (local) return { kind: 'local' }
  if (stage === undefined) {
    throw new CommandLineError(
      'which fleet? --stage STAGE is one in AWS, --local the product on this machine',
    )
  }
  if (!STAGE.test(stage)) throw new CommandLineError(`--stage ${JSON.stringify(stage)} is not a stage's name`)
  return { kind: 'stage', stage }
}

/** A command: the flags that go with it, how many words follow it, and what it is made of. */
type Grammar = {
  readonly flags: readonly Flag[]
  readonly words: readonly [least: number, most: number]
  readonly usage: string
  readonly build: (words: readonly string[], values: Values) => FleetCommand
}

const GRAMMAR: Readonly<Record<FleetCommand['name'], Grammar>> = {
  import: {
    flags: ['prune', 'yes'],
    words: [1, 1],
    usage: 'import FILE',
    build: ([file = ''], { prune = false, yes = false }) => ({ name: 'import', file, prune, yes }),
  },
  hosts: {
    flags: ['state'],
    words: [0, 0],
    usage: 'hosts',
    build: (_, { state }) => ({ name: 'hosts', state: stateOf(state) }),
  },
  host: {
    flags: [],
    words: [1, 1],
    usage: 'host HOST',
    build: ([host = '']) => ({ name: 'host', host: named(host) }),
  },
  probe: {
    flags: [],
    words: [1, 1],
    usage: 'probe HOST',
    build: ([host = '']) => ({ name: 'probe', host: named(host) }),
  },
  policy: { flags: [], words: [0, 0], usage: 'policy', build: () => ({ name: 'policy' }) },
  'policy set': {
    flags: [],
    words: [1, Number.POSITIVE_INFINITY],
    usage: 'policy set KEY=VALUE ...',
    build: (texts) => ({ name: 'policy set', changes: changesOf(texts) }),
  },
  events: {
    flags: ['since', 'host', 'action', 'limit'],
    words: [0, 0],
    usage: 'events',
    build: (_, values) => ({
      name: 'events',
      since: timeOf(values.since ?? '24h'),
      host: values.host === undefined ? null : named(values.host),
      action: values.action || null,
      limit: limitOf(values.limit ?? '100'),
    }),
  },
}
const OF_EVERY_COMMAND: readonly Flag[] = ['stage', 'local', 'json', 'help']

function commandOf([first, ...rest]: readonly string[], values: Values): FleetCommand {
  if (first === undefined) throw new CommandLineError('which command? --help lists them')
  const isSet = first === 'policy' && rest[0] === 'set'
  const word = isSet ? 'policy set' : first
  const name = (Object.keys(GRAMMAR) as FleetCommand['name'][]).find((known) => known === word)
  if (name === undefined) {
    throw new CommandLineError(`there is no command ${JSON.stringify(word)}: --help lists them`)
  }
  const { flags, words, usage, build } = GRAMMAR[name]
  const given = isSet ? rest.slice(1) : rest
  if (given.length < words[0] || given.length > words[1]) throw new CommandLineError(`wanted is: ${usage}`)
  const stray = (Object.keys(values) as Flag[]).find(
    (flag) => ![...OF_EVERY_COMMAND, ...flags].includes(flag),
  )
  if (stray !== undefined) throw new CommandLineError(`--${stray} does not go with ${name}`)
  return build(given, values)
}
