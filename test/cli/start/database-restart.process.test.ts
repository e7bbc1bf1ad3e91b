import { expect, it, onTestFinished } from 'vitest'
import { BEHAVIOURS, startLoopbackHost } from '../../../infra/local/demonstration/loopback-host.ts'
import { freshClone, type Run } from '../../support/clone.ts'
import { startRestartableServer } from '../../support/postgres/restartable.ts'

const waitFor = (run: Run, pattern: RegExp) =>
  expect.poll(() => run.output.stdout, { timeout: 60_000 }).toMatch(pattern)

const OUTAGE = /^\S+ database no answer since (\S+Z): (.+)$/m

it('npm start waits while its database is restarted, says since when, and goes on', async () => {
  await using server = await startRestartableServer()
  await using host = await startLoopbackHost(BEHAVIOURS.healthy)
  using clone = freshClone()
  const fleet = clone.write('fleet.csv', `address,port,name\n${host.address},${host.port},web\n`)
  const run = clone.start(['--hosts', fleet, '--speed', '60'], { DATABASE_URL: server.url })
  onTestFinished(run.kill)
  await waitFor(run, / change web \S+ unknown -> reachable /)

  const stoppedAt = Date.now()
  await server.stop()
  await waitFor(run, OUTAGE)
  const [, since = ''] = OUTAGE.exec(run.output.stdout) ?? []
  expect(Math.abs(Date.parse(since) - stoppedAt)).toBeLessThan(30_000)

  await server.start()
  await waitFor(run, /^\S+ database answers again after \d+ s$/m)
  await host.switchTo('dead')
  await waitFor(run, / change web \S+ reachable -> unreachable \(connection_refused\)/)

  run.pressCtrlC()
  expect(await run.ended, run.output.stderr).toBe(0)
  expect(run.output.stderr).toBe('Stopping: probes in flight end …\n')
  expect(clone.processes()).toEqual([])
})

it('Ctrl-C ends npm start soon and cleanly while its database is away', async () => {
  await using server = await startRestartableServer()
  using clone = freshClone()
  const fleet = clone.write('fleet.csv', 'address,port,name\n127.0.0.1,1,web\n')
  const run = clone.start(['--hosts', fleet, '--speed', '60'], { DATABASE_URL: server.url })
  onTestFinished(run.kill)
  await waitFor(run, / change web \S+ unknown -> unreachable /)
  await server.stop()
  await waitFor(run, OUTAGE)
  const startedMs = performance.now()
  run.pressCtrlC()
  expect(await run.ended, run.output.stderr).toBe(0)
  expect(performance.now() - startedMs).toBeLessThan(12_000)
  expect(clone.processes()).toEqual([])
})
