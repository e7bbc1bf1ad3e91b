import { setTimeout as delay } from 'node:timers/promises'
import { BEHAVIOURS, startLoopbackHost } from '../../../../infra/local/demonstration/loopback-host.ts'
import { freshClone, type Run } from '../../../support/clone.ts'
import { startRestartableServer } from '../../../support/postgres/restartable.ts'
import { becomes, type Row } from '../scenario.ts'

const FAULT = 'PostgreSQL restarted under npm start (2 s)'
const OUTAGE_MS = 2_000
const START_WITHIN_MS = 60_000
const GIVE_UP_AFTER_MS = 45_000

/** Runs `npm start` on a PostgreSQL of its own, restarts that, and changes a host while it is away. */
export async function playStart(): Promise<Row> {
  await using server = await startRestartableServer()
  await using host = await startLoopbackHost(BEHAVIOURS.healthy)
  using clone = freshClone()
  const fleet = clone.write('fleet.csv', `address,port,name\n${host.address},${host.port},web\n`)
  const run = clone.start(['--hosts', fleet, '--interval', '1m', '--speed', '10'], {
    DATABASE_URL: server.url,
  })
  try {
    if (!(await shows(run, / change web \S+ unknown -> reachable /, START_WITHIN_MS))) {
      throw new Error(`npm start did not come up: ${run.output.stderr}`)
    }
    await server.stop()
    await host.switchTo('dead')
    await delay(OUTAGE_MS)
    await server.start()
    return await judgeRun(run)
  } finally {
    run.kill()
  }
}

async function judgeRun(run: Run): Promise<Row> {
  const endedMs = performance.now()
  const isRight = await shows(run, / change web \S+ reachable -> unreachable /, GIVE_UP_AFTER_MS)
  const rightAfterMs = isRight ? performance.now() - endedMs : null
  const broken = isRight ? [] : ['the view does not show the host as it is']
  const seen = /^\S+ database (no answer .*)$/m.exec(run.output.stdout)?.[1]?.replace(/since \S+: /, '')
  if (seen === undefined) broken.push('the view did not say that the database was away')
  run.pressCtrlC()
  const exitCode = await run.ended
  if (exitCode !== 0) broken.push(`it ended with ${exitCode}: ${run.output.stderr.trim()}`)
  return { fault: FAULT, seen: `the view says: ${seen ?? 'nothing'}`, rightAfterMs, broken }
}

const shows = (run: Run, pattern: RegExp, withinMs: number): Promise<boolean> =>
  becomes(async () => pattern.test(run.output.stdout), withinMs)
