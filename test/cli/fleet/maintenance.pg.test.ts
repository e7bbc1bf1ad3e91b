import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseUrl, fleet } from '../../support/fleet-command.ts'
import { environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await freshDatabase()
  const hosts = await addHosts(db.sql, 4)
  await using probe = environment(db)
  for (let i = 0; i < 2; i++) await invoke(probe, hosts.slice(0, 1), async () => FAILURE)
})
afterAll(() => db[Symbol.asyncDispose]())

const local = (...args: string[]) => fleet(['--local', ...args], databaseUrl(db))
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`

describe('fleet maintenance', () => {
  it('fleet maintenance starts, is shown with its hosts, and ends', async () => {
    const start = ['maintenance', 'start', 'host-1', 'host-[2', 'host-2'] as const
    expect(await local(...start, '--for', '2h', '--reason', 'kernel upgrade')).toEqual(
      expect.objectContaining({
        code: 3,
        out: '',
        err: 'no host of the fleet is meant by "host-[2": nothing is changed\n',
      }),
    )
    const dry = await local('maintenance', 'start', 'host-?', '--for', '2h', '--reason', 'x', '--dry-run')
    expect(dry.out).toMatch(
      new RegExp(
        `^nothing is changed: it would be under maintenance until ${TIME}: 4 hosts \\(host-1, host-2, host-3, host-4\\): x\\n$`,
      ),
    )
    expect((await local('maintenance', 'list')).out).toBe('no host is under maintenance\n')

    const { out } = await local(
      'maintenance',
      'start',
      'host-1',
      'host-2',
      '--for',
      '2h',
      '--reason',
      'new kernel',
    )
    const id = / end ([0-9a-f-]{36})\n$/.exec(out)?.[1] ?? ''
    expect(out).toMatch(
      new RegExp(
        `^under maintenance until ${TIME}: 2 hosts \\(host-1, host-2\\): new kernel\\nend it before`,
      ),
    )
    expect((await local('hosts', '--maintenance')).out).toMatch(
      /host-1 .* unreachable \(maintenance\) .*\nhost-2 .* unknown \(maintenance\) .*\n2 hosts/,
    )
    expect((await local('hosts')).out).toMatch(/host-3 .* unknown {2,}/)
    expect((await local('host', 'host-1')).out).toMatch(
      new RegExp(`maintenance +until ${TIME}: new kernel\\n`),
    )
    expect((await local('maintenance', 'list')).out).toMatch(
      new RegExp(`^ID +UNTIL +HOSTS +DOWN +WHY\\n${id} +${TIME} +2 +1 +new kernel \\(host-1, host-2\\)\\n$`),
    )
    expect((await local('--json', 'maintenance', 'list')).json()).toMatchObject([
      { id, hosts: 2, down: 1, reason: 'new kernel', names: ['host-1', 'host-2'] },
    ])
    expect((await local('maintenance', 'end', 'host-2')).out).toBe('ended: 1 host (host-2): new kernel\n')
    expect((await local('--json', 'maintenance', 'end', id)).json()).toEqual([
      { id, reason: 'new kernel', hosts: 1, still_down: 1, names: ['host-1'] },
    ])
    expect(await local('maintenance', 'end', 'host-1')).toMatchObject({
      code: 3,
      out: '',
      err: 'none of these hosts is under maintenance\n',
    })
    const { out: events } = await local('events')
    expect(events).toMatch(/fleet\.maintenance\.started .* until .*, 2 hosts \(host-1, host-2\): new kernel/)
    expect(events).toMatch(
      /fleet\.maintenance\.ended .* by operator, 1 still down, 1 host \(host-1\): new kernel/,
    )
  })

  it.each([
    [['start', 'host-1', '--reason', 'x'], '--for is needed: it is a duration from 1m to 30d, such as 2h'],
    [
      ['start', 'host-1', '--for', '31d', '--reason', 'x'],
      '--for "31d" is not a duration from 1m to 30d, such as 2h',
    ],
    [
      ['start', 'host-1', '--for', '59s', '--reason', 'x'],
      '--for "59s" is not a duration from 1m to 30d, such as 2h',
    ],
    [['start', 'host-1', '--for', '2h'], '--reason is needed: one line of at most 200 characters'],
    [
      ['start', '--for', '2h', '--reason', 'x'],
      'usage: npm run fleet -- (--stage STAGE | --local) maintenance start HOSTS ... --for TIME --reason TEXT [--dry-run]',
    ],
    [['end'], 'usage: npm run fleet -- (--stage STAGE | --local) maintenance end (HOSTS ... | ID)'],
    [['end', 'host-1', '--for', '2h'], '--for does not go with maintenance end'],
  ])('fleet maintenance %j is refused: %s', async (args, message) => {
    expect(await local('maintenance', ...args)).toMatchObject({ code: 2, out: '', err: `${message}\n` })
  })

  it('fleet maintenance end says that it knows no such host', async () => {
    expect(await local('maintenance', 'end', 'nobody', '10.9.0.0/16')).toMatchObject({
      code: 3,
      err:
        'no host of the fleet is meant by "nobody": nothing is changed\n' +
        'no host of the fleet is meant by "10.9.0.0/16": nothing is changed\n',
    })
  })
})
