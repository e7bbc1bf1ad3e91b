import { UserError } from '../../shared/domain/errors.ts'
import { parseFlags } from '../terminal/parse-flags.ts'
import { type Flag, type FleetCommand, GRAMMAR, OPTIONS, type Values } from './grammar.ts'

export type Target = { readonly kind: 'local' } | { readonly kind: 'stage'; readonly stage: string }

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
