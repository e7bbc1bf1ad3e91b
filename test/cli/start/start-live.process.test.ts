import { describe, expect, it, onTestFinished } from 'vitest'
import { freshClone, type Run } from '../../support/clone.ts'

/** Six seconds is what is promised; a machine that runs other tests too gets some more. */
const CLEAN_STOP_MS = 9000

async function timed(run: Run): Promise<{ code: unknown; ms: number }> {
  const startedMs = performance.now()
  return { code: await run.ended, ms: performance.now() - startedMs }
}

const waitFor = (run: Run, pattern: RegExp) =>
  expect.poll(() => run.output.stdout, { timeout: 40_000 }).toMatch(pattern)

describe('npm start', () => {
  it('npm start shows the first changes, and Ctrl-C ends it soon with nothing left behind', async () => {
    using clone = freshClone()
    const run = clone.start([])
    onTestFinished(run.kill)
    await waitFor(run, /change web-\d\d 127\.0\.0\.1:\d+ unknown -> reachable \(\d+ ms\)/)
    await waitFor(run, /change dead-\d\d 127\.0\.0\.1:\d+ unknown -> unreachable \(connection_refused\)/)
    expect(run.output.stdout).toMatch(/^\S+ status 40 hosts: |^\S+ status 38 hosts: /m)
    expect(clone.processes()).not.toEqual([])
    run.pressCtrlC()
    const { code, ms } = await timed(run)
    expect(code, run.output.stderr).toBe(0)
    expect(ms).toBeLessThan(CLEAN_STOP_MS)
    expect(run.output.stderr).toBe('Stopping: probes in flight end …\n')
    expect(clone.processes()).toEqual([])
    expect(clone.temporaryFiles()).toEqual([])
  })

  it('npm start shows that hosts go down and come back, each change once', async () => {
    using clone = freshClone()
    const run = clone.start(['--speed', '120'])
    onTestFinished(run.kill)
    await waitFor(run, / reachable -> unreachable /)
    await waitFor(run, / unreachable -> reachable /)
    run.signalNpm('SIGTERM')
    expect((await timed(run)).code).toBe(0)
    const lines = run.output.stdout.split('\n').filter((line) => line.includes(' change '))
    const states = new Map<string, string>()
    for (const line of lines) {
      const [, name = '', from, to = ''] = / change (\S+) \S+ (\w+) -> (\w+)/.exec(line) ?? []
      expect(from, line).toBe(states.get(name) ?? 'unknown')
      states.set(name, to)
    }
  })

  it('npm start shows hosts under maintenance and flapping ones, and what a maintenance leaves down', async () => {
    using clone = freshClone()
    const run = clone.start(['--speed', '120'])
    onTestFinished(run.kill)
    await waitFor(run, / notice fleet maintenance of 4 hosts: kernel upgrade$/m)
    await waitFor(run, / change api-\d\d .* {2}under maintenance$/m)
    await waitFor(run, / notice flapping-\d\d flapping: 4 changes in 60 min$/m)
    await waitFor(
      run,
      / status 40 hosts: .*; 4 under maintenance, \d flapping; | status 38 hosts: .*; 4 under /,
    )
    await waitFor(run, / notice fleet maintenance of 4 hosts ended, \d still down$/m)
    run.signalNpm('SIGTERM')
    expect((await timed(run)).code).toBe(0)
  })

  it('npm start ends cleanly when it is told to while it starts', async () => {
    using clone = freshClone()
    const run = clone.start([])
    onTestFinished(run.kill)
    // The server is being set up: its folder is there, and nothing has been shown yet.
    await expect.poll(clone.temporaryFiles, { timeout: 20_000, interval: 20 }).not.toEqual([])
    run.pressCtrlC()
    const { code, ms } = await timed(run)
    expect(code, run.output.stderr).toBe(0)
    expect(ms).toBeLessThan(CLEAN_STOP_MS)
    expect(clone.processes()).toEqual([])
    expect(clone.temporaryFiles()).toEqual([])
  })

  it('npm start refuses a second run on the same state in one line, and leaves the first one alone', async () => {
    using clone = freshClone()
    const fleet = clone.write('fleet.csv', 'address,port\n127.0.0.1,1\n')
    const first = clone.start(['--hosts', fleet])
    onTestFinished(first.kill)
    await waitFor(first, / status 1 host: /)
    const second = clone.start(['--hosts', fleet])
    onTestFinished(second.kill)
    expect(await second.ended).toBe(2)
    expect(second.output.stderr.trimEnd()).toMatch(
      /^\S+postgres is in use by another run: end that one first$/,
    )
    first.signalNpm('SIGINT')
    expect(await first.ended).toBe(0)
    expect(clone.processes()).toEqual([])
  })
})
