import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseFleetCommandLine } from '../../../cli/fleet/command-line.ts'
import { HELP } from '../../../cli/fleet/help.ts'
import { EXIT } from '../../../cli/terminal/exit-codes.ts'

const GUIDE = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
const OPERATIONS = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')

describe('the documentation', () => {
  it.each(Object.entries(EXIT))(
    'the documentation lists the exit code of %s, %i, and so does --help',
    (_, code) => {
      expect(GUIDE).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'))
      expect(HELP).toMatch(new RegExp(`^(Exit codes:| {11}) ${code} `, 'm'))
    },
  )

  it('the documentation shows only commands that are taken', () => {
    const shown = [...`${GUIDE}\n${OPERATIONS}`.matchAll(/npm run (?:--silent )?fleet -- ([^#|\n`]+)/g)]
      .map(([, args = '']) => args.trim().split(/\s+/))
      .filter((args) => !args.includes('<stage>'))
    expect(shown.length).toBeGreaterThan(8)
    for (const args of shown)
      expect(parseFleetCommandLine(args), args.join(' ')).toMatchObject({ kind: 'run' })
  })
})
