import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BEHAVIOURS, startLoopbackHost } from '../../../infra/local/demonstration/loopback-host.ts'
import { startPostgres } from '../../../infra/local/postgres/server.ts'
import { freshClone, type Run } from '../../support/clone.ts'

type Clone = ReturnType<typeof freshClone>

const DOWN = 'address,port,name\n127.0.0.1,1,down\n'
const isRoot = process.getuid?.() === 0
/** An account that is on every Linux, for tests that root runs. */
const NOBODY = { uid: 65_534, gid: 65_534 }

const waitFor = (run: Run, pattern: RegExp) =>
  expect.poll(() => run.output.stdout, { timeout: 60_000 }).toMatch(pattern)

/** A program of the clone, as the account of the test or as another one. */
function runProgram(clone: Clone, args: readonly string[], as: Partial<typeof NOBODY> = {}) {
  const { DATABASE_URL: _, ...env } = process.env
  const options = { cwd: clone.root, encoding: 'utf8', env: { ...env, TMPDIR: clone.root }, ...as } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options)
  return { code: status, out: stdout, err: stderr.trimEnd() }
}

describe('the policy', () => {
  it('the policy that an operator has set is as it was at the next npm start; a flag changes it, with an audit event', async () => {
    using clone = freshClone()
    const file = clone.write('fleet.csv', DOWN)
    const fleet = (...args: readonly string[]) => runProgram(clone, ['cli/fleet/main.ts', '--local', ...args])
    const started = async (...flags: readonly string[]): Promise<Run> => {
      const run = clone.start(['--hosts', file, ...flags])
      onTestFinished(run.kill)
      await waitFor(run, / status 1 host: /)
      return run
    }
    const stopped = async (run: Run): Promise<void> => {
      run.pressCtrlC()
      expect(await run.ended, run.output.stderr).toBe(0)
    }
    const first = await started()
    expect(fleet('policy', 'set', 'probe_interval_seconds=120', 'hosts_per_schedule=7').code).toBe(0)
    await stopped(first)
    const second = await started()
    expect(JSON.parse(fleet('policy', '--json').out)).toMatchObject({
      probe_interval_seconds: 120,
      hosts_per_schedule: 7,
    })
    await stopped(second)
    const third = await started('--interval', '10m')
    expect(JSON.parse(fleet('policy', '--json').out)).toMatchObject({
      probe_interval_seconds: 600,
      hosts_per_schedule: 7,
    })
    const events = fleet('events', '--action', 'policy.changed', '--json').out.trim().split('\n')
    expect(events.map((line) => JSON.parse(line))).toMatchObject([
      { actor_id: 'awareness-start', detail: { after: { probe_interval_seconds: 600 } } },
      { actor_id: 'awareness-operate' },
    ])
    await stopped(third)
  })
})

describe('fleet time', () => {
  it('fleet time that a run with --speed has left ahead of the clock is announced by the next run', async () => {
    using clone = freshClone()
    await using host = await startLoopbackHost(BEHAVIOURS.healthy)
    const file = clone.write('fleet.csv', `address,port,name\n${host.address},${host.port},up\n`)
    const fast = clone.start(['--hosts', file, '--speed', '600'])
    onTestFinished(fast.kill)
    await waitFor(fast, / status 1 host: 1 reachable/)
    fast.pressCtrlC()
    expect(await fast.ended).toBe(0)
    const next = clone.start(['--hosts', file, '--once'])
    expect(await next.ended).toBe(0)
    expect(next.output.stderr).toMatch(
      /^fleet time is \d+ (min|h) ahead of the clock: a run with --speed has left it there$/m,
    )
  })
})

describe('the folder of the state', () => {
  it('of two first starts at once on one folder of the state one works, and the other says so', async () => {
    using clone = freshClone()
    const file = clone.write('fleet.csv', DOWN)
    const runs = [clone.start(['--hosts', file]), clone.start(['--hosts', file])]
    for (const run of runs) onTestFinished(run.kill)
    const ended = await Promise.race(runs.map(async (run) => ({ run, code: await run.ended })))
    expect(ended.code, ended.run.output.stderr).toBe(2)
    expect(ended.run.output.stderr.trimEnd()).toMatch(
      /^\S+postgres is in use by another run: end that one first$/,
    )
    const winner = runs.find((run) => run !== ended.run)
    if (winner === undefined) throw new Error('two runs were started')
    await waitFor(winner, / status 1 host: /)
    winner.pressCtrlC()
    expect(await winner.ended, winner.output.stderr).toBe(0)
  })

  it('a state folder that is a file is told in one clear line', async () => {
    using clone = freshClone()
    clone.write('.local', '')
    const ran = runProgram(clone, ['cli/start/main.ts', '--hosts', clone.write('fleet.csv', DOWN), '--once'])
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toBe(`${join(clone.root, '.local')} is a file, and the state is kept there: move it away`)
  })

  it('a state folder that belongs to another account is told in one clear line, for each program that needs it', async () => {
    using clone = freshClone()
    const file = clone.write('fleet.csv', DOWN)
    expect(runProgram(clone, ['cli/start/main.ts', '--hosts', file, '--once']).code).toBe(1)
    const local = join(clone.root, '.local')
    if (!isRoot) chmodSync(local, 0o500)
    for (const args of [
      ['cli/start/main.ts', '--hosts', file, '--once'],
      ['cli/fleet/main.ts', '--local', 'hosts'],
    ]) {
      const ran = runProgram(clone, args, isRoot ? NOBODY : {})
      expect(ran).toMatchObject({ code: 2, out: '' })
      expect(ran.err).toMatch(/^\S+\.local belongs to \S+, and this account may not write to it: .+$/)
    }
    if (!isRoot) chmodSync(local, 0o700)
  })

  it.runIf(isRoot)(
    'a state folder that a user has made is theirs as before after root has used it',
    async () => {
      using clone = freshClone()
      const file = clone.write('fleet.csv', DOWN)
      chownSync(clone.root, NOBODY.uid, NOBODY.gid)
      const args = ['cli/start/main.ts', '--hosts', file, '--once']
      for (const as of [NOBODY, {}, NOBODY]) {
        const ran = runProgram(clone, args, as)
        expect(ran.code, ran.err).toBe(1)
        expect(ran.out).toMatch(/^down +127\.0\.0\.1:1 /m)
      }
    },
  )
})

describe('DATABASE_URL', () => {
  it('DATABASE_URL may name a folder with the server’s socket', async () => {
    using clone = freshClone()
    const folder = join(clone.root, 'server')
    const server = await startPostgres({
      folder,
      temporary: false,
      settings: [`unix_socket_directories=${folder}`, 'listen_addresses='],
    })
    onTestFinished(async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    })
    const { username, password, port, database } = server.admin
    const file = clone.write('fleet.csv', DOWN)
    for (const url of [
      `postgres://${username}:${password}@localhost/${database}?host=${folder}&port=${port}`,
      `postgres://${username}:${password}@/${database}?host=${folder}&port=${port}`,
      `postgres://${username}:${password}@${encodeURIComponent(folder)}:${port}/${database}`,
    ]) {
      const run = clone.start(['--hosts', file, '--once'], { DATABASE_URL: url })
      expect(await run.ended, run.output.stderr).toBe(1)
      expect(run.output.stdout).toMatch(/^down +127\.0\.0\.1:1 /m)
    }
    const nowhere = clone.start(['--hosts', file, '--once'], {
      DATABASE_URL: `postgres://u:secret@localhost/db?host=${clone.root}`,
    })
    expect(await nowhere.ended).toBe(2)
    expect(nowhere.output.stderr.trimEnd()).toBe(
      `DATABASE_URL: u@${clone.root}:5432/db: there is no socket ${clone.root}/.s.PGSQL.5432: is a server running there?`,
    )
  })
})
