import { describe, expect, it } from 'vitest'
import { runFleet } from '../../../cli/fleet/run-fleet.ts'
import { deriveHostId } from '../../../shared/domain/endpoint-id.ts'
import { databaseUrl, fleet, fleetFile } from '../../support/fleet-command.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { startSshServer } from '../../support/servers/ssh-server.ts'

const THREE = 'address,name,port\n192.0.2.1,web-1,22\n192.0.2.2,web-2,22\n2001:db8::1,db,2222\n'

describe('import', () => {
  it('fleet import brings a file in, and says what is new, different and as before', async () => {
    await using db = await freshDatabase()
    using file = fleetFile(THREE)
    const first = await fleet(['--local', 'import', file.path], databaseUrl(db))
    expect(first).toMatchObject({ code: 0, err: '', out: '3 hosts added, 0 changed, 0 as before\n' })

    using next = fleetFile('address,name\n192.0.2.1,web-one\n192.0.2.2,web-2\n192.0.2.3,web-3\n')
    const second = await fleet(['--local', 'import', next.path, '--json'], databaseUrl(db))
    expect(second.json()).toEqual([{ added: 1, changed: 1, unchanged: 1, missing: 1, removed: 0 }])
    const names = await db.sql`select hostname from hosts where deleted_at is null order by 1`
    expect(names.map(({ hostname }) => hostname)).toEqual(['db', 'web-2', 'web-3', 'web-one'])
  })

  it('fleet import --prune changes nothing until it has a yes, and says how many would go', async () => {
    await using db = await freshDatabase()
    using file = fleetFile(THREE)
    await fleet(['--local', 'import', file.path], databaseUrl(db))
    using next = fleetFile('address,name\n192.0.2.1,web-one\n')
    const asked = await fleet(['--local', 'import', next.path, '--prune'], databaseUrl(db))
    expect(asked).toMatchObject({ code: 5, out: '' })
    expect(asked.err).toContain('2 of 3 hosts are not in')
    expect(asked.err).toContain('would leave the fleet: db, web-2')
    expect(await db.sql`select id from hosts where deleted_at is null`).toHaveLength(3)
    expect(await db.sql`select id from hosts where hostname = 'web-one'`).toHaveLength(0)

    const agreed = await fleet(['--local', 'import', next.path, '--prune', '--yes'], databaseUrl(db))
    expect(agreed).toMatchObject({
      code: 0,
      out: '0 hosts added, 1 changed, 0 as before, 2 removed\n',
    })
    expect(agreed.err).toContain('leave the fleet: db, web-2')
    const left = await db.sql`select hostname from hosts where deleted_at is null`
    expect(left).toEqual([{ hostname: 'web-one' }])
    expect(await db.sql`select id from hosts`).toHaveLength(3)
  })

  it('fleet import --prune needs no yes where nothing is to go', async () => {
    await using db = await freshDatabase()
    using file = fleetFile(THREE)
    const { code, out } = await fleet(['--local', 'import', file.path, '--prune'], databaseUrl(db))
    expect([code, out]).toEqual([0, '3 hosts added, 0 changed, 0 as before, 0 removed\n'])
  })

  it('fleet import takes a host without an id for the one that is at its address and port', async () => {
    await using db = await freshDatabase()
    const [row] = await db.sql<{ id: string }[]>`
      insert into hosts (hostname, ip_address) values ('scanner-made', '192.0.2.1') returning id`
    using file = fleetFile(THREE)
    await fleet(['--local', 'import', file.path, '--prune'], databaseUrl(db))
    expect(await db.sql`select hostname from hosts where id = ${row?.id ?? ''}`).toEqual([
      { hostname: 'web-1' },
    ])
    expect(await db.sql`select id from hosts`).toHaveLength(3)
  })

  it('fleet import names every fault of a file with its line, and touches nothing', async () => {
    using file = fleetFile('address,port\nweb,22\n192.0.2.1,70000\n')
    const { code, err, out } = await fleet(['--local', 'import', file.path, '--resolve', 'never'], {
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
    })
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/fleet\.csv:2: malformed address "web"/),
      expect.stringMatching(/fleet\.csv:3: port 70000 is out of range/),
      '',
    ])
  })
})

it('an import names the hosts that policy keeps probes from, with their lines', async () => {
  await using db = await freshDatabase()
  await db.sql`update policy set allowed_addresses = 'private'`
  using file = fleetFile('address\n10.0.0.1\n8.8.8.8\n')
  const refused = await fleet(['--local', 'import', file.path], databaseUrl(db))
  expect(refused).toMatchObject({ code: 2, out: '' })
  expect(refused.err).toMatch(/fleet\.csv:3: address 8\.8\.8\.8 is global: .*allowed_addresses/)
  await fleet(['--local', 'policy', 'set', 'allowed_addresses=global,private'], databaseUrl(db))
  expect((await fleet(['--local', 'import', file.path], databaseUrl(db))).code).toBe(0)
})

it('an import resolves host names, and finds the host again when its address has changed', async () => {
  await using db = await freshDatabase()
  using file = fleetFile('address\nlocalhost\n')
  const first = await fleet(['--local', 'import', file.path], databaseUrl(db))
  expect(first.code, first.err).toBe(0)
  const hosts = () =>
    db.sql`select id, hostname, host(ip_address) as address from hosts where deleted_at is null`
  const [host] = await hosts()
  expect(host).toMatchObject({ hostname: 'localhost', address: '127.0.0.1' })
  await db.sql`update hosts set ip_address = '10.0.0.9'`
  const again = await fleet(['--local', 'import', file.path, '--json'], databaseUrl(db))
  expect(again.json()).toEqual([{ added: 0, changed: 1, unchanged: 0, missing: 0, removed: 0 }])
  expect(await hosts()).toEqual([host])
})

describe('hosts, host and events', () => {
  it('fleet hosts shows the fleet in aligned columns, without colours where no terminal is', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    using file = fleetFile(THREE)
    await fleet(['--local', 'import', file.path], databaseUrl(db))
    await invoke(probe, [deriveHostId('192.0.2.1', 22)], async () => ANSWER)
    const { code, out } = await fleet(['--local', 'hosts'], databaseUrl(db))
    expect(code).toBe(0)
    const lines = out.split('\n')
    const column = lines[0]?.indexOf('STATE') ?? -1
    expect(lines.slice(1, 4).map((line) => line.slice(column).split(' ')[0])).toEqual([
      'unknown',
      'reachable',
      'unknown',
    ])
    expect(lines[1]).toContain('[2001:db8::1]:2222')
    expect(lines[4]).toBe('3 hosts: 1 reachable, 0 unreachable, 2 unknown')
    expect(out).not.toContain('\u001b')
  })

  it('fleet hosts --json shows what is unreachable, for programs', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    const [down] = await addHosts(db.sql, 2)
    if (down === undefined) throw new Error('a host was added')
    for (let i = 0; i < 2; i++) await invoke(probe, [down], async () => FAILURE)
    const hosts = await fleet(['--local', '--json', 'hosts', '--state', 'unreachable'], databaseUrl(db))
    expect(hosts.json()).toMatchObject([
      { id: down, name: 'host-1', port: 10001, state: 'unreachable', last_error_type: 'connection_refused' },
    ])
    const [shown] = (await fleet(['--local', '--json', 'host', 'HOST-1'], databaseUrl(db))).json()
    expect(shown).toMatchObject({
      host: { id: down, consecutive_failures: 2 },
      schedule: { name: `h-${down}`, state: 'pending' },
      events: [{ action: 'host.connectivity.checked' }],
    })
    const events = await fleet(
      ['--local', '--json', 'events', '--since', '1h', '--host', down],
      databaseUrl(db),
    )
    expect(events.json()).toMatchObject([{ host_name: 'host-1', detail: { new_status: 'unreachable' } }])
  })

  it('fleet host shows a host and its events to people', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    const [down] = await addHosts(db.sql, 1)
    if (down === undefined) throw new Error('a host was added')
    for (let i = 0; i < 2; i++) await invoke(probe, [down], async () => FAILURE)
    const { code, out } = await fleet(['--local', 'host', 'host-1'], databaseUrl(db))
    expect(code).toBe(0)
    expect(out).toMatch(/state +unreachable, since \d{4}-/)
    expect(out).toMatch(/last probe +\S+Z, connection_refused, 2 failures in a row/)
    expect(out).toMatch(/host\.connectivity\.checked +host-1 +unknown → unreachable, connection_refused/)
  })

  it('fleet hosts lets no name steer the terminal', async () => {
    await using db = await freshDatabase()
    await db.sql`insert into hosts (hostname, ip_address) values (${'red\u001b[31m\u202e'}, '192.0.2.1')`
    const { out } = await fleet(['--local', 'hosts'], databaseUrl(db))
    expect(out).toContain('red\ufffd[31m\ufffd')
  })

  it('fleet host says that a host is not there, or is not one', async () => {
    await using db = await freshDatabase()
    await addHosts(db.sql, 2)
    await db.sql`update hosts set hostname = 'twin'`
    const none = await fleet(['--local', 'host', 'nobody'], databaseUrl(db))
    expect(none).toMatchObject({ code: 3, out: '' })
    expect(none.err).toBe('no host of the fleet has the name, address or id "nobody"\n')
    const id = '00000000-0000-4000-8000-000000000000'
    for (const command of ['host', 'probe']) {
      expect((await fleet(['--local', command, id], databaseUrl(db))).code).toBe(3)
    }
    const two = await fleet(['--local', 'host', 'twin'], databaseUrl(db))
    expect(two.code).toBe(2)
    expect(two.err).toMatch(/^"twin" is more than one host: give the id, .+ or .+\n$/)
  })
})

describe('probe', () => {
  it('fleet probe probes now, counts the result, and says by its exit code whether the host answered', async () => {
    await using db = await freshDatabase()
    await using server = await startSshServer()
    using file = fleetFile(`address,name,port\n127.0.0.1,up,${server.port}\n127.0.0.1,down,1\n`)
    await fleet(['--local', 'import', file.path], databaseUrl(db))
    const up = await fleet(['--local', 'probe', 'up'], databaseUrl(db))
    expect(up.code).toBe(0)
    expect(up.out).toMatch(/^up: answered in \d+ ms, SSH-2\.0-test; reachable \(was unknown\)\n$/)
    const down = await fleet(['--local', 'probe', 'down'], databaseUrl(db))
    expect(down).toMatchObject({
      code: 4,
      out: 'down: no answer, connection_refused; unknown, 1 failure in a row\n',
    })
    const json = await fleet(['--local', '--json', 'probe', 'down'], databaseUrl(db))
    expect(json.code).toBe(4)
    expect(json.json()).toMatchObject([{ answered: false, state: 'unreachable', prior_state: 'unknown' }])
    expect(await db.sql`select reachability_status from host_liveness order by 1`).toEqual([
      { reachability_status: 'reachable' },
      { reachability_status: 'unreachable' },
    ])
  })
})

it('probe, host and events take what tables print, also where many hosts share an address', async () => {
  await using db = await freshDatabase()
  const rows = Array.from({ length: 15 }, (_, i) => `127.0.0.1,${i + 1},host-${i + 1}\n`)
  using file = fleetFile(`address,port,name\n${rows.join('')}::1,22,six\n`)
  await fleet(['--local', 'import', file.path], databaseUrl(db))
  const probed = await fleet(['--local', '--json', 'probe', '127.0.0.1:9'], databaseUrl(db))
  const [nine] = await db.sql`select id from hosts where hostname = 'host-9'`
  expect(probed).toMatchObject({ code: 4 })
  expect(probed.json()).toMatchObject([{ id: nine?.id }])
  const shown = await fleet(['--local', '--json', 'host', '[::1]:22'], databaseUrl(db))
  expect(shown.json()).toMatchObject([{ host: { name: 'six' } }])
  const none = await fleet(['--local', 'probe', '127.0.0.1:99'], databaseUrl(db))
  expect(none).toMatchObject({ code: 3, out: '' })
})

it('events says that there is no such action, and knows those of other writers', async () => {
  await using db = await freshDatabase()
  const misspelled = await fleet(['--local', 'events', '--action', 'policy.change'], databaseUrl(db))
  expect(misspelled).toMatchObject({ code: 2, out: '' })
  expect(misspelled.err).toMatch(
    /^there is no action "policy\.change" in the log since \S+Z: this product writes host\.connectivity\.checked, .*policy\.changed.*\n$/,
  )
  expect(await fleet(['--local', 'events', '--action', 'policy.changed'], databaseUrl(db))).toMatchObject({
    code: 0,
    out: 'no events\n',
  })
  await db.sql`
    insert into audit_events (id, correlation_id, actor_type, action, occurred_at)
    values (gen_random_uuid(), 'x', 'system', 'scanner.started', now())`
  const theirs = await fleet(['--local', 'events', '--action', 'scanner.started'], databaseUrl(db))
  expect(theirs).toMatchObject({ code: 0, err: '' })
  expect(theirs.out).toContain('scanner.started')
})

describe('policy', () => {
  it('the policy is shown and set by fleet policy, and the log keeps before and after', async () => {
    await using db = await freshDatabase()
    const shown = await fleet(['--local', 'policy'], databaseUrl(db))
    expect(shown.out).toMatch(/probe_interval_seconds +300 /)
    const args = ['--local', 'policy', 'set', 'probe_interval_seconds=120', 'failures_to_go_down=3']
    const set = await fleet(args, databaseUrl(db))
    expect(set).toMatchObject({
      code: 0,
      out: 'probe_interval_seconds: 300 → 120, failures_to_go_down: 2 → 3\n',
    })
    const again = await fleet(args, databaseUrl(db))
    expect(again).toMatchObject({ code: 0, out: 'nothing changed: the policy has these values already\n' })
    const events = await fleet(['--local', '--json', 'events', '--action', 'policy.changed'], databaseUrl(db))
    expect(events.json()).toMatchObject([
      { detail: { before: { failures_to_go_down: 2 }, after: { failures_to_go_down: 3 } } },
    ])
  })

  it('fleet policy set refuses what does not go together, and changes nothing', async () => {
    await using db = await freshDatabase()
    const set = await fleet(['--local', 'policy', 'set', 'drift_minor_worsening_pp=50'], databaseUrl(db))
    expect(set).toMatchObject({ code: 2, out: '' })
    expect(set.err).toBe('drift_major_worsening_pp (10) must not be below drift_minor_worsening_pp (50)\n')
    expect(await db.sql`select id from audit_events`).toEqual([])
  })
})

describe('the database', () => {
  it('a database that is not there is told in one clear line', async () => {
    const { code, err } = await fleet(['--local', 'hosts'], { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' })
    expect(code).toBe(1)
    expect(err).toMatch(/^the database cannot be reached: .*ECONNREFUSED.*\n$/)
    expect(err).not.toContain(':p@')
  })

  it('a database that was never set up is told in one clear line', async () => {
    await using db = await freshDatabase('template1')
    const { code, err } = await fleet(['--local', 'policy'], databaseUrl(db))
    expect(code).toBe(1)
    expect(err).toMatch(/^the database .*\n$/)
  })
})

describe('at a terminal', () => {
  const at = (confirm: (question: string) => Promise<boolean>, columns: number | null = null) => {
    const lines: string[] = []
    const say = (line: string): void => {
      lines.push(line)
    }
    return { lines, output: { out: say, err: say, colours: false, columns, confirm } }
  }

  it.each([
    [true, 0, 1],
    [false, 5, 3],
  ])(
    'at a terminal fleet import --prune asks, and after an answer of %s ends with %i and %i hosts',
    async (yes, code, left) => {
      await using db = await freshDatabase()
      using file = fleetFile(THREE)
      using next = fleetFile('address,name\n192.0.2.1,web-1\n')
      const questions: string[] = []
      const { output } = at(async (question) => {
        questions.push(question)
        return yes
      })
      const world = { output, env: databaseUrl(db) }
      expect(await runFleet(['--local', 'import', file.path, '--prune'], world)).toBe(0)
      expect(await runFleet(['--local', 'import', next.path, '--prune'], world)).toBe(code)
      expect(questions).toEqual(['Remove them?'])
      expect(await db.sql`select id from hosts where deleted_at is null`).toHaveLength(left)
    },
  )

  it('at a terminal no line of a table is wider than it is', async () => {
    await using db = await freshDatabase()
    await addHosts(db.sql, 3)
    const { lines, output } = at(async () => false, 40)
    await runFleet(['--local', 'policy'], { output, env: databaseUrl(db) })
    await runFleet(['--local', 'host', 'host-1'], { output, env: databaseUrl(db) })
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(40)
  })
})
