import { expect, it, onTestFinished } from 'vitest'
import { freshClone } from '../../support/clone.ts'
import { startFarm } from '../../support/servers/ssh-farm.ts'

const HOSTS = 500
const MAX_OPEN_FILES = 256

it('a pass that runs out of file descriptors says so of each host, in the table, in numbers and in JSON', async () => {
  using clone = freshClone()
  await using farm = await startFarm(HOSTS, 'ssh')
  const rows = farm.ports.map((port, i) => `127.0.0.1,${port},host-${i}\n`)
  const fleet = clone.write('fleet.csv', `address,port,name\n${rows.join('')}`)
  const json = clone.start(['--hosts', fleet, '--once', '--json'], {}, MAX_OPEN_FILES)
  expect(await json.ended, json.output.stderr).toBe(0)
  const results = json.output.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(results).toHaveLength(HOSTS)
  const without = results.filter(({ outcome }) => outcome === 'inconclusive')
  expect(without.length).toBeGreaterThan(HOSTS / 2)
  for (const { reason, error_type, status } of without) {
    expect([reason, error_type, status]).toEqual(['EMFILE', null, 'unknown'])
  }
  for (const { reason } of results.filter(({ outcome }) => outcome === 'probed')) expect(reason).toBeNull()

  const table = clone.start(['--hosts', fleet, '--once'], {}, MAX_OPEN_FILES)
  expect(await table.ended, table.output.stderr).toBe(0)
  expect(table.output.stdout).toMatch(/^host-\d+ +127\.0\.0\.1:\d+ +unknown +– +inconclusive: EMFILE$/m)
  expect(table.output.stdout).toMatch(/^ +\d+ {2}inconclusive: EMFILE$/m)
})

it('a run that is short of file descriptors shows how many hosts could not be probed, and that it is for EMFILE', async () => {
  using clone = freshClone()
  await using farm = await startFarm(HOSTS, 'ssh')
  const rows = farm.ports.map((port, i) => `127.0.0.1,${port},host-${i}\n`)
  const fleet = clone.write('fleet.csv', `address,port,name\n${rows.join('')}`)
  // One schedule for all hosts, so that all are probed at once.
  const run = clone.start(
    ['--hosts', fleet, '--interval', '1m', '--hosts-per-schedule', '500', '--speed', '20'],
    {},
    MAX_OPEN_FILES,
  )
  onTestFinished(run.kill)
  const shown = / status 500 hosts: .*; \d+ without result: EMFILE; response /
  await expect.poll(() => run.output.stdout, { timeout: 60_000 }).toMatch(shown)
  run.signalNpm('SIGINT')
  await run.ended
}, 120_000)
