import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BEHAVIOURS, startLoopbackHost } from '../../../infra/local/demonstration/loopback-host.ts'
import { freshClone } from '../../support/clone.ts'

const COLUMNS =
  'host_id name address port status outcome response_ms error_type ssh_identification reason'.split(' ')

describe('npm start -- --once', () => {
  it('npm start -- --once --json prints one object a host, and nothing else, and leaves nothing behind', async () => {
    using clone = freshClone()
    const run = clone.start(['--once', '--json'])
    expect(await run.ended).toBe(0)
    const lines = run.output.stdout.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(38)
    const results = lines.map((line) => JSON.parse(line))
    for (const result of results) expect(Object.keys(result)).toEqual(COLUMNS)
    const find = (name: string) => results.find((result) => result.name === name)
    expect(find('web-01')).toMatchObject({
      address: '127.0.0.1',
      status: 'reachable',
      outcome: 'probed',
      response_ms: expect.any(Number),
      error_type: null,
      ssh_identification: expect.stringMatching(/^SSH-2\.0-/),
    })
    expect(find('silent-01')).toMatchObject({
      status: 'unknown',
      outcome: 'probed',
      error_type: 'banner_timeout',
    })
    expect(find('not-ssh-01')).toMatchObject({ error_type: 'banner_mismatch', response_ms: null })
    expect(find('refusing-01')).toMatchObject({ error_type: 'ssh_refusing' })
    expect(find('dead-01')).toMatchObject({ error_type: 'connection_refused', ssh_identification: null })
    expect(clone.processes()).toEqual([])
  })

  it('npm start -- --hosts reads an Ansible inventory', async () => {
    using clone = freshClone()
    await using host = await startLoopbackHost(BEHAVIOURS.healthy)
    const place = `ansible_host=${host.address} ansible_port=${host.port}`
    const inventory = clone.write(
      'inventory.ini',
      `[web]\nweb-01 ${place}\nlocalhost ansible_connection=local\n`,
    )
    const run = clone.start(['--hosts', inventory, '--once'])
    expect(await run.ended, run.output.stderr).toBe(0)
    expect(run.output.stderr).toMatch(/left out, because Ansible does not reach them by SSH: localhost$/m)
    expect(run.output.stdout).toMatch(/^web-01 +127\.0\.0\.1:\d+ +reachable /m)
  })

  it('npm start -- --once prints a summary table of one’s own fleet, and keeps its state between runs', async () => {
    using clone = freshClone()
    await using host = await startLoopbackHost(BEHAVIOURS.healthy)
    const up = `${host.address},${host.port},up`
    const fleet = clone.write('fleet.csv', `address,port,name\n${up}\n127.0.0.1,1,down\n`)

    const first = clone.start(['--hosts', fleet, '--once'])
    expect(await first.ended, first.output.stderr).toBe(0)
    expect(first.output.stdout).toMatch(/^up +127\.0\.0\.1:\d+ +reachable +\d+ ms +SSH-2\.0-/m)
    expect(first.output.stdout).toMatch(/^down +127\.0\.0\.1:1 +no answer +– +connection_refused$/m)
    expect(first.output.stdout).toMatch(/^2 hosts in .* 1 answered, 1 did not/m)

    const second = clone.start(['--hosts', fleet, '--once'])
    expect(await second.ended).toBe(0)
    expect(second.output.stdout).toMatch(/^down +127\.0\.0\.1:1 +unreachable/m)

    clone.write('fleet.csv', `address,port,name\n${up}\n`)
    const third = clone.start(['--hosts', fleet, '--once', '--json'])
    expect(await third.ended).toBe(0)
    expect(third.output.stderr).toMatch(/^1 host is no longer in the file and was removed$/m)
    expect(third.output.stdout.trim().split('\n')).toHaveLength(1)
    expect(clone.processes()).toEqual([])
  })

  it('npm start resolves the host names of a file, keeps them as names, and names the columns that it ignores', async () => {
    using clone = freshClone()
    await using host = await startLoopbackHost(BEHAVIOURS.healthy)
    const fleet = clone.write('fleet.csv', `address,port,owner\nlocalhost,${host.port},ann\n`)
    const run = clone.start(['--hosts', fleet, '--once'])
    expect(await run.ended, run.output.stderr).toBe(0)
    expect(run.output.stdout).toMatch(
      new RegExp(`^localhost:${host.port} +127\\.0\\.0\\.1:${host.port} +reachable`, 'm'),
    )
    expect(run.output.stderr).toMatch(/^\S+fleet\.csv: columns that are ignored: owner; the known ones are /m)
    const never = clone.start(['--hosts', fleet, '--once', '--resolve', 'never'])
    expect(await never.ended).toBe(2)
    expect(never.output.stderr).toContain(
      `${fleet}:2: malformed address "localhost": an IPv4 or IPv6 address is needed`,
    )
  })

  it('npm start -- --once exits with 1 when no host answers, and with 0 when one does', async () => {
    using clone = freshClone()
    const fleet = clone.write('fleet.csv', 'address,port,name\n127.0.0.1,1,down\n127.0.0.1,2,dead\n')
    for (const flags of [[], ['--json']]) {
      const run = clone.start(['--hosts', fleet, '--once', ...flags])
      expect(await run.ended, run.output.stderr).toBe(1)
      expect(run.output.stdout).toMatch(/dead/)
    }
  })

  it('npm start -- --once says on Ctrl-C how many hosts were not probed, shows the others, and exits with 130', async () => {
    using clone = freshClone()
    const connected = Promise.withResolvers<void>()
    await using silent = await startLoopbackHost(() => connected.resolve())
    const rows = [`127.0.0.1,${silent.port},silent`]
    for (let port = 1; rows.length < 510; port++)
      if (port !== silent.port) rows.push(`127.0.0.1,${port},h${port}`)
    const fleet = clone.write('fleet.csv', `address,port,name\n${rows.join('\n')}\n`)
    const run = clone.start(['--hosts', fleet, '--once', '--json'])
    onTestFinished(run.kill)
    await connected.promise
    run.pressCtrlC()
    expect(await run.ended).toBe(130)
    expect(run.output.stdout.trim().split('\n')).toHaveLength(500)
    expect(run.output.stderr).toMatch(/^interrupted: 10 of 510 hosts were not probed$/m)
    expect(clone.processes()).toEqual([])
  })

  it('npm start -- --once says on Ctrl-C while it starts that no host was probed, and exits with 130', async () => {
    using clone = freshClone()
    const run = clone.start(['--once'])
    onTestFinished(run.kill)
    await expect.poll(clone.temporaryFiles, { timeout: 20_000, interval: 20 }).not.toEqual([])
    run.pressCtrlC()
    expect(await run.ended).toBe(130)
    expect(run.output.stdout).toBe('')
    expect(run.output.stderr).toMatch(/^interrupted: no host was probed$/m)
    expect(clone.processes()).toEqual([])
  })

  it('npm start -- --once ends quietly when its reader goes away', async () => {
    using clone = freshClone()
    const run = clone.start(['--once', '--json'])
    run.closeStdout()
    expect(await run.ended).toBe(0)
    expect(run.output.stderr).not.toMatch(/EPIPE|Error/)
    expect(clone.processes()).toEqual([])
  })
})

describe('bad input', () => {
  const FLEET = 'address,port,name\n192.0.2.300,22,a\n192.0.2.1,70000,b\n192.0.2.2,,c\n192.0.2.2,,d\n'

  it('bad input of a fleet file is reported all at once, with exit code 2, and nothing is started', async () => {
    using clone = freshClone()
    const fleet = clone.write('fleet.csv', FLEET)
    const run = clone.start(['--hosts', fleet])
    expect(await run.ended).toBe(2)
    expect(run.output.stdout).toBe('')
    expect(run.output.stderr.trim().split('\n')).toEqual([
      `${fleet}:2: malformed address "192.0.2.300": an IPv4 or IPv6 address or a host name is needed`,
      `${fleet}:3: port 70000 is out of range: 1 to 65535`,
      `${fleet}:5: duplicate host: 192.0.2.2 port 22 is on line 4 already`,
    ])
    expect(existsSync(join(clone.root, '.local'))).toBe(false)
  })

  it.each([
    ['an empty file', ['--hosts', 'empty.json'], /^empty\.json:1: the file is empty$/],
    [
      'a file that is not there',
      ['--hosts', 'none.csv'],
      /^none\.csv:1: cannot be read: there is no such file$/,
    ],
    [
      'a file of another kind',
      ['--hosts', 'fleet.xlsx'],
      /^fleet\.xlsx:1: a fleet file ends in \.csv, \.json or \.ini$/,
    ],
    ['bytes that are no text', ['--hosts', 'binary.csv'], /^binary\.csv:1: is not text in UTF-8$/],
    ['a folder', ['--hosts', 'infra.csv'], /^infra\.csv:1: cannot be read: it is a folder$/],
    ['an unknown flag', ['--fleet', 'f.csv'], /^Unknown option '--fleet' /],
    ['a wrong value', ['--interval', '5 minutes'], /^--interval "5 minutes" is not/],
    ['--json on its own', ['--json'], /^--json needs --once/],
  ])('bad input is told in one clear line with exit code 2: %s', async (_, args, line) => {
    using clone = freshClone()
    clone.write('empty.json', '\n')
    clone.write('fleet.xlsx', 'PK')
    writeFileSync(join(clone.root, 'binary.csv'), Buffer.from([0xff, 0xfe, 0x61]))
    mkdirSync(join(clone.root, 'infra.csv'))
    const run = clone.start(args)
    expect(await run.ended).toBe(2)
    expect(run.output.stdout).toBe('')
    expect(run.output.stderr.trimEnd()).toMatch(line)
    expect(run.output.stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('a bad DATABASE_URL is told in one clear line with exit code 2, and the password is never shown', async () => {
    using clone = freshClone()
    const fleet = clone.write('fleet.csv', 'address\n192.0.2.1\n')
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const address = closed.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await new Promise((resolve) => closed.close(resolve))
    for (const [url, line] of [
      [`postgres://u:secret@127.0.0.1:${port}/db`, /^DATABASE_URL: u@127\.0\.0\.1:\d+\/db: .*ECONNREFUSED/],
      ['mysql://u:secret@127.0.0.1/db', /^DATABASE_URL: not of the form postgres:/],
    ] as const) {
      const run = clone.start(['--hosts', fleet], { DATABASE_URL: url })
      expect(await run.ended).toBe(2)
      expect(run.output.stderr.trimEnd()).toMatch(line)
      expect(run.output.stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(run.output.stderr).not.toContain('secret')
    }
  })
})
