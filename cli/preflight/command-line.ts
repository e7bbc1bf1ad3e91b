import { readFileSync } from 'node:fs'
import { UserError } from '../../shared/domain/errors.ts'
import { parseFlags, parseWholeNumber } from '../terminal/parse-flags.ts'

/** The usage text of `npm run preflight`. */
export const HELP = `usage: npm run preflight -- --stage STAGE [-c NAME=VALUE …] [options]

Checks before a deployment what would fail in this account and region. It reads
and changes nothing. Give the same -c values as to cdk deploy.

  --stage STAGE     the stage that is to be deployed
  -c NAME=VALUE     a value of the CDK context, as often as needed
  --hosts N         hosts that the quotas are compared with (default 1,000)
  --json            one JSON object a check, for programs
  --help            this text
`

const DEFAULT_HOSTS = 1000
const MAX_HOSTS = 100_000_000

export type PreflightCommand =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'preflight'
      /** The CDK context: the values of the command line, and below them those of cdk.json. */
      readonly look: (name: string) => unknown
      readonly hosts: number
      readonly json: boolean
    }

const OPTIONS = {
  stage: { type: 'string' },
  context: { type: 'string', short: 'c', multiple: true, default: [] as string[] },
  hosts: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const

/** Parses the arguments. @throws UserError for anything that HELP does not name. */
export function parsePreflightCommand(args: readonly string[]): PreflightCommand {
  const { values } = parseFlags({ args: [...args], options: OPTIONS })
  if (values.help) return { kind: 'help' }
  const given = new Map(values.context.map(parsePair))
  if (values.stage !== undefined) given.set('stage', values.stage)
  const hosts = values.hosts?.replaceAll(/[_,]/g, '')
  return {
    kind: 'preflight',
    look: (name) => given.get(name) ?? contextOfProject()[name],
    hosts: hosts === undefined ? DEFAULT_HOSTS : parseWholeNumber('--hosts', hosts, 1, MAX_HOSTS),
    json: values.json,
  }
}

function parsePair(text: string): [name: string, value: string] {
  const [name = '', ...rest] = text.split('=')
  if (name === '' || rest.length === 0)
    throw new UserError([`-c ${JSON.stringify(text)} is not of the form NAME=VALUE`])
  return [name, rest.join('=')]
}

/** The context in cdk.json, where an installation writes values that stay the same. */
function contextOfProject(): Record<string, unknown> {
  const text = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { context?: Record<string, unknown> }).context ?? {}
}
