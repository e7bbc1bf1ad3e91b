import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { ROOT } from '../../support/repository.ts'

it('npm run simulate -- --json prints one JSON object for each scenario', () => {
  const args = ['cli/simulate/main.ts', '--hosts', '300', '--hosts-per-schedule', '1', '50', '--json']
  const printed = execFileSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const lines = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ hosts, hostsPerSchedule }) => [hosts, hostsPerSchedule])).toEqual(
    [1, 1, 1, 50, 50, 50].map((packed) => [300, packed]),
  )
})
