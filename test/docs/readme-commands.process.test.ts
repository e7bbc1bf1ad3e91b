import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { BEHAVIOURS, startLoopbackHost } from '../../infra/local/demonstration/loopback-host.ts'
import { freshClone, type Run } from '../support/clone.ts'
import { ROOT } from '../support/repository.ts'

const SCAN_RESULTS = readFileSync(join(ROOT, 'test/fixtures/xccdf/xccdf-results.xml'), 'utf8')

/** The commands of README.md's shell blocks, without what a comment says of them. */
const commands = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block]) => (block ?? '').split('\n'))
  .map((line) => line.replace(/\s+#.*/, '').trim())
  .filter((line) => line !== '')

type Clone = ReturnType<typeof freshClone>

/** How each is tried: those that go on for ever until they show something, then Ctrl-C. */
const TRIALS: Record<string, (clone: Clone) => Promise<void>> = {
  'npm start': (clone) => untilShown(clone, [], / change web-\d\d /),
  'npm start -- --hosts fleet.csv': (clone) =>
    untilShown(clone, ['--hosts', 'fleet.csv'], /status 1 hosts?: /),
  'npm start -- --hosts fleet.csv --once': (clone) =>
    toTheEnd(clone, ['--hosts', 'fleet.csv', '--once'], /^up /m),
  'npm start -- --hosts fleet.csv --once --json': (clone) =>
    toTheEnd(clone, ['--hosts', 'fleet.csv', '--once', '--json'], /^\{"host_id":"[^\n]+\}\n$/),
  'npm start -- --help': (clone) => toTheEnd(clone, ['--help'], /--hosts FILE/),
  'npm run scan:import -- --host web-01 results.xml': importsIntoRunningDemonstration,
  'npx cdk synth -c stage=small': synthesises,
}

/** What needs an account is tried with one, an emulated one, by `npm run test:deploy`. */
const NEEDS_AN_ACCOUNT = ['npx cdk deploy -c stage=small', 'npm run fleet -- --stage small import fleet.csv']

it('every command of the README is tried', () => {
  expect(commands.toSorted()).toEqual([...Object.keys(TRIALS), ...NEEDS_AN_ACCOUNT].toSorted())
})

it.each(Object.entries(TRIALS))(
  '%s does what the README says',
  async (_, attempt) => {
    using clone = freshClone()
    await using host = await startLoopbackHost(BEHAVIOURS.healthy)
    clone.write('fleet.csv', `address,port,name\n${host.address},${host.port},up\n`)
    clone.write('results.xml', SCAN_RESULTS)
    await attempt(clone)
  },
  120_000,
)

async function toTheEnd(clone: Clone, args: readonly string[], shown: RegExp): Promise<void> {
  const run = clone.start(args)
  expect(await run.ended, run.output.stderr).toBe(0)
  expect(run.output.stdout).toMatch(shown)
}

async function untilShown(clone: Clone, args: readonly string[], shown: RegExp): Promise<void> {
  const run = await showing(clone, args, shown)
  run.pressCtrlC()
  expect(await run.ended, run.output.stderr).toBe(0)
}

async function showing(clone: Clone, args: readonly string[], shown: RegExp): Promise<Run> {
  const run = clone.start(args)
  onTestFinished(run.kill)
  await expect.poll(() => run.output.stdout, { timeout: 50_000 }).toMatch(shown)
  return run
}

async function importsIntoRunningDemonstration(clone: Clone): Promise<void> {
  const run = await showing(clone, [], / change web-\d\d /)
  const args = ['run', 'scan:import', '--', '--host', 'web-01', 'results.xml']
  const imported = spawnSync('npm', args, { cwd: clone.root, encoding: 'utf8', timeout: 50_000 })
  expect(imported.status, imported.stderr).toBe(0)
  run.pressCtrlC()
  expect(await run.ended, run.output.stderr).toBe(0)
}

async function synthesises(clone: Clone): Promise<void> {
  cpSync(join(ROOT, 'cdk.json'), join(clone.root, 'cdk.json'))
  const args = ['cdk', 'synth', '-c', 'stage=small']
  const cdk = spawnSync('npx', args, { cwd: clone.root, encoding: 'utf8', timeout: 110_000 })
  expect(cdk.status, cdk.stderr).toBe(0)
  expect(cdk.stdout).toContain('AWS::Lambda::Function')
}
