import { describe, expect, it } from 'vitest'
import { parseFleetCommandLine } from '../../../cli/fleet/command-line.ts'

const commandOf = (...args: string[]) => {
  const parsed = parseFleetCommandLine(['--local', ...args])
  return parsed.kind === 'run' ? parsed.command : parsed
}

describe('the command line', () => {
  it('the command line of fleet names a stage in AWS or the product on this machine', () => {
    expect(parseFleetCommandLine(['--stage', 'prod', 'policy', '--json'])).toEqual({
      kind: 'run',
      target: { kind: 'stage', stage: 'prod' },
      json: true,
      command: { name: 'policy' },
    })
    expect(parseFleetCommandLine(['--local', 'policy'])).toMatchObject({ target: { kind: 'local' } })
  })

  it('the command line of fleet names a command with what belongs to it', () => {
    expect(commandOf('import', 'a.csv', '--prune')).toEqual({
      name: 'import',
      file: 'a.csv',
      prune: true,
      yes: false,
      resolve: 'always',
      from: undefined,
      dryRun: false,
    })
    expect(commandOf('hosts', '--state', 'unreachable')).toEqual({ name: 'hosts', state: 'unreachable' })
    expect(commandOf('host', 'web-01')).toEqual({ name: 'host', host: 'web-01' })
    expect(commandOf('policy', 'set', 'failures_to_go_down=3')).toEqual({
      name: 'policy set',
      changes: { failures_to_go_down: 3 },
    })
    expect(
      commandOf('events', '--since', '90m', '--host', 'web-01', '--action', 'a', '--limit', '7'),
    ).toEqual({
      name: 'events',
      since: { agoMs: 5_400_000 },
      host: 'web-01',
      action: 'a',
      limit: 7,
    })
    expect(commandOf('events', '--since', '2026-03-01T10:00:00+01:00')).toMatchObject({
      since: { at: new Date('2026-03-01T09:00:00Z') },
    })
    expect(commandOf('events')).toMatchObject({ since: { agoMs: 86_400_000 }, limit: 100 })
  })

  it.each([
    [['hosts'], 'which fleet? --stage STAGE is one in AWS, --local the product on this machine'],
    [['--local', '--stage', 'x', 'hosts'], '--stage and --local exclude each other'],
    [['--stage', '../x', 'hosts'], '--stage "../x" is not a stage\'s name'],
    [['--local'], 'which command? --help lists them'],
    [['--local', 'drop'], 'there is no command "drop": --help lists them'],
    [['--local', 'hosts', '--colour'], "Unknown option '--colour'"],
    [['--local', 'hosts', '--state'], "Option '--state <value>' argument missing"],
    [['--local', 'hosts', '--prune'], '--prune does not go with hosts'],
    [
      ['--local', 'hosts', 'web-01'],
      'usage: npm run fleet -- (--stage STAGE | --local) hosts [--state STATE]',
    ],
    [['--local', 'host'], 'usage: npm run fleet -- (--stage STAGE | --local) host HOST'],
    [['--local', 'host', ''], 'HOST is the name, the address or the id of a host, and not an empty text'],
    [
      ['--local', 'import'],
      'usage: npm run fleet -- (--stage STAGE | --local) import (FILE [--from FORMAT] [--resolve never] | --from (ec2 | ssm) [--tag VALUE]) [--dry-run] [--prune [--yes]]',
    ],
    [['--local', 'import', 'f.csv', '--resolve', 'often'], '--resolve "often" is none of always, never'],
    [['--local', 'hosts', '--resolve', 'never'], '--resolve does not go with hosts'],
    [['--local', 'policy', 'get'], 'usage: npm run fleet -- (--stage STAGE | --local) policy'],
    [
      ['--local', 'policy', 'set'],
      'usage: npm run fleet -- (--stage STAGE | --local) policy set KEY=VALUE ...',
    ],
    [['--local', 'policy', 'set', 'x=1'], 'there is no setting "x"'],
    [['--local', 'hosts', '--state', 'up'], '--state "up" is none of unknown, reachable, unreachable'],
    [['--local', 'events', '--since', 'yesterday'], '--since "yesterday" is neither a duration'],
    [['--local', 'events', '--since', '0m'], '--since "0m" is neither'],
    [['--local', 'events', '--since', '99999d'], '--since "99999d" is neither'],
    [['--local', 'events', '--since', '2026-13-01T10:00:00Z'], 'is neither'],
    [['--local', 'events', '--since', '0000-01-01T10:00:00Z'], 'is neither'],
    [['--local', 'events', '--limit', '1001'], '--limit "1001" is not a whole number from 1 to 1000'],
  ])('the command line %j of fleet is refused in one line', (args, message) => {
    expect(parseFleetCommandLine(args)).toEqual({
      kind: 'fault',
      messages: [expect.stringContaining(message)],
    })
  })
})
