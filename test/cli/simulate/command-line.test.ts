import { describe, expect, it } from 'vitest'
import { parseSimulateCommand } from '../../../cli/simulate/command-line.ts'
import { UserError } from '../../../shared/domain/errors.ts'

describe('the command line of npm run simulate', () => {
  it.each([
    [['--hosts', '0'], /^--hosts "0" is not a whole number from 1/],
    [['--hosts-per-schedule', '501'], /from 1 to 500$/],
    [['--hosts-per-schedule', '1', 'x'], /"x" is not/],
    [['1000'], /^what is "1000"/],
    [['--fleet'], /^Unknown option '--fleet'/],
    [['--write', '--hosts-per-schedule', '5'], /^--write is for all/],
  ])('the command line of npm run simulate refuses %j in one sentence', (args, sentence) => {
    expect(() => parseSimulateCommand(args)).toThrow(UserError)
    expect(() => parseSimulateCommand(args)).toThrow(sentence)
  })
})
