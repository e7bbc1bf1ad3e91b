import { describe, expect, it } from 'vitest'
import { AuditEventRow } from '../../../shared/contracts/audit-event.ts'
import type { HostListing } from '../../../shared/contracts/operate-answer.ts'
import { applyJitter, periodMinutes } from '../../../shared/domain/cadence.ts'
import { deriveHostId } from '../../../shared/domain/endpoint-id.ts'
import { parseHostId } from '../../../shared/domain/ids.ts'
import { OPERATE_METRICS } from '../../../shared/domain/metrics.ts'
import { type Operator, operatorOf } from '../../support/functions/operate.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024
const STRANGER = '00000000-0000-4000-8000-000000000000'

async function allHosts(operator: Operator, limit: number): Promise<HostListing[][]> {
  const pages: HostListing[][] = []
  let after: { name: string; id: string } | undefined
  do {
    const page = await operator.ask({ command: 'hosts', limit, ...(after && { after }) })
    pages.push(page.hosts)
    after = page.next ?? undefined
  } while (after !== undefined)
  return pages
}

describe('the fleet', () => {
  it('the fleet is listed in pages that leave out no host and repeat none, also where names are the same', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    await addHosts(db.sql, 20)
    await db.sql`update hosts set hostname = 'same' where port <= 10007`
    const pages = await allHosts(operator, 6)
    expect(pages.map(({ length }) => length)).toEqual([6, 6, 6, 2])
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(20)
  })

  it('the fleet has no empty last page when its size is a multiple of the page', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    await addHosts(db.sql, 4)
    expect((await allHosts(operator, 2)).map(({ length }) => length)).toEqual([2, 2])
  })

  it('the fleet is listed by state, and a host that was never probed is unknown', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    await using operator = operatorOf(db)
    const [up, down, fresh] = await addHosts(db.sql, 3)
    if (!up || !down || !fresh) throw new Error('three hosts were added')
    await invoke(probe, [up], async () => ANSWER)
    await invoke(probe, [down], async () => FAILURE)
    await invoke(probe, [down], async () => FAILURE)
    const ids = async (state: HostListing['state']) =>
      (await operator.ask({ command: 'hosts', state })).hosts.map(({ id }) => id)
    expect(await ids('reachable')).toEqual([up])
    expect(await ids('unreachable')).toEqual([down])
    expect(await ids('unknown')).toEqual([fresh])
  })

  it('the fleet fits into what Lambda takes and gives, a full page at a time', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const hosts = Array.from({ length: 5000 }, (_, i) => ({
      address: `2001:db8:ffff:ffff:ffff:ffff:ffff:${(i + 0x1000).toString(16)}`,
      name: `${'x'.repeat(240)}-${i}`,
      port: 65_535,
    }))
    expect(JSON.stringify({ command: 'import', hosts }).length).toBeLessThan(LAMBDA_PAYLOAD_BYTES)
    expect(await operator.ask({ command: 'import', hosts })).toEqual({ outcome: 'imported', changed: 5000 })
    const page = await operator.invoke({ command: 'hosts' })
    expect(page).toMatchObject({ hosts: expect.toSatisfy((listed) => listed.length === 5000), next: null })
    expect(JSON.stringify(page).length).toBeLessThan(LAMBDA_PAYLOAD_BYTES)
  })
})

describe('an import', () => {
  const web = { address: '192.0.2.1', name: 'web', port: 22 }
  const db01 = { address: '192.0.2.2', name: 'db', port: 22 }

  it('an import adds hosts, changes those that differ, and says how many', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    expect(await operator.ask({ command: 'import', hosts: [web, db01] })).toEqual({
      outcome: 'imported',
      changed: 2,
    })
    expect(await operator.ask({ command: 'import', hosts: [web, db01] })).toEqual({
      outcome: 'imported',
      changed: 0,
    })
    const renamed = { ...web, name: 'web-1' }
    expect(await operator.ask({ command: 'import', hosts: [renamed, db01] })).toEqual({
      outcome: 'imported',
      changed: 1,
    })
    expect(operator.output.lines).toContainEqual(
      expect.objectContaining({ [OPERATE_METRICS.hostsChanged]: 2 }),
    )
  })

  it('an import brings back a host that had left as one of which nothing is known, and removal keeps what is known', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    await using operator = operatorOf(db)
    await operator.ask({ command: 'import', hosts: [web] })
    const id = deriveHostId(web.address, web.port)
    await invoke(probe, [id], async () => ANSWER)
    expect(await operator.ask({ command: 'remove', hostIds: [id, STRANGER] })).toEqual({ removed: 1 })
    expect(await operator.ask({ command: 'remove', hostIds: [id] })).toEqual({ removed: 0 })
    expect(await operator.ask({ command: 'hosts' })).toEqual({ hosts: [], next: null })
    expect(await operator.ask({ command: 'host', hostId: id })).toEqual({ outcome: 'unknown_host' })
    expect(await db.sql`select reachability_status as state from host_liveness`).toEqual([
      { state: 'reachable' },
    ])
    await operator.ask({ command: 'import', hosts: [web] })
    expect(await operator.ask({ command: 'hosts' })).toMatchObject({
      hosts: [{ id, state: 'unknown', last_probe_at: null, last_response_ms: null }],
    })
  })

  it('an import is refused as a whole when a probe may not connect to a host of it', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const metadata = { address: '169.254.169.254', name: 'metadata' }
    const answer = await operator.ask({ command: 'import', hosts: [web, metadata] })
    expect(answer).toEqual({
      outcome: 'refused',
      faults: [expect.stringContaining('metadata: address 169.254.169.254 is metadata')],
    })
    expect(await operator.ask({ command: 'hosts' })).toEqual({ hosts: [], next: null })
  })

  it('an import is refused with the reason when a host of it has IPv6 and the functions have none', async () => {
    await using db = await freshDatabase()
    const six = { ...web, name: 'six', address: '2001:4860:4860::8888' }
    await using without = operatorOf(db, undefined, undefined, { hasIpv6: false })
    expect(await without.ask({ command: 'import', hosts: [web, six] })).toEqual({
      outcome: 'refused',
      faults: [
        'six: address 2001:4860:4860::8888 is IPv6, and the network of this installation has none: deploy with -c ipv6=yes',
      ],
    })
    expect(await without.ask({ command: 'hosts' })).toEqual({ hosts: [], next: null })
    await using operator = operatorOf(db)
    expect(await operator.ask({ command: 'import', hosts: [web, six] })).toEqual({
      outcome: 'imported',
      changed: 2,
    })
  })

  it('an import is refused as a whole when one host of it is not a host', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const hosts = [web, { ...db01, address: 'db.example.com' }]
    await expect(operator.invoke({ command: 'import', hosts })).rejects.toThrow(/malformed address/)
    expect(await operator.ask({ command: 'hosts' })).toEqual({ hosts: [], next: null })
  })
})

describe('a host', () => {
  it.each(['web-01', 'WEB-01', '2001:db8::1', '2001:0db8:0::1', 'the id'])(
    'a host is found by %s',
    async (text) => {
      await using db = await freshDatabase()
      await using operator = operatorOf(db)
      const id = deriveHostId('2001:db8::1', 22)
      await operator.ask({ command: 'import', hosts: [{ address: '2001:db8::1', name: 'web-01' }] })
      const found = await operator.ask({ command: 'find', text: text === 'the id' ? id : text })
      expect(found).toEqual({ hosts: [{ id, name: 'web-01', address: '2001:db8::1', port: 22 }] })
    },
  )

  it('a host is shown with its last result, its newest events and its next probe', async () => {
    await using db = await freshDatabase()
    const now = new Date('2026-03-01T10:00:30Z')
    await using probe = environment(db, () => now)
    await using operator = operatorOf(db, () => now)
    const [hostId] = await addHosts(db.sql, 1)
    if (hostId === undefined) throw new Error('a host was added')
    await invoke(probe, [hostId], async () => ANSWER)
    for (let i = 0; i < 2; i++) await invoke(probe, [hostId], async () => FAILURE)

    const shown = await operator.ask({ command: 'host', hostId })
    if (shown.outcome !== 'found') throw new Error('not found')
    expect(shown.host).toMatchObject({
      state: 'unreachable',
      last_probe_at: now.toISOString(),
      last_error_type: 'connection_refused',
      consecutive_failures: 2,
      ssh_identification: 'SSH-2.0-test',
    })
    expect(shown.events.map(({ detail }) => detail)).toMatchObject([
      { new_status: 'unreachable' },
      { new_status: 'reachable' },
    ])
    const period = periodMinutes(300_000, hostId)
    expect(shown.schedule).toMatchObject({
      name: `h-${hostId}`,
      state: 'pending',
      period_minutes: period,
      hosts: 1,
    })
    const wait = Date.parse(shown.schedule.next_probe_at) - now.getTime()
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(period * 60_000)
    expect(Math.abs(applyJitter(300_000, hostId) - period * 60_000)).toBeLessThanOrEqual(30_000)
  })

  it('a host in a bucket shares its schedule, which is applied once the fan-out has told Scheduler of it', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const hosts = await addHosts(db.sql, 60)
    await operator.ask({ command: 'policy.set', changes: { hosts_per_schedule: 500 } })
    const hostId = hosts[0] ?? parseHostId(STRANGER)
    const before = await operator.ask({ command: 'host', hostId })
    if (before.outcome !== 'found') throw new Error('not found')
    expect(before.schedule.name).toMatch(/^b-/)
    expect(before.schedule.hosts).toBeGreaterThan(1)
    expect(before.schedule.state).toBe('pending')
    await db.sql`insert into probe_schedules (name, spec_hash) values (${before.schedule.name}, 'x')`
    expect(await operator.ask({ command: 'host', hostId })).toMatchObject({ schedule: { state: 'applied' } })
    await db.sql`update probe_schedules set spec_hash = ''`
    expect(await operator.ask({ command: 'host', hostId })).toMatchObject({ schedule: { state: 'pending' } })
  })
})

describe('the policy', () => {
  it('the policy is changed and audited with before and after, or left as it is without an event', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const changes = { probe_interval_seconds: 120, drift_basis: 'common_rules' } as const
    expect(await operator.ask({ command: 'policy.set', changes })).toMatchObject({
      outcome: 'changed',
      before: { probe_interval_seconds: 300, drift_basis: 'all_rules' },
      policy: { probe_interval_seconds: 120, drift_basis: 'common_rules', failures_to_go_down: 2 },
    })
    expect(await operator.ask({ command: 'policy.set', changes })).toMatchObject({ outcome: 'unchanged' })
    expect(await operator.ask({ command: 'policy' })).toMatchObject({ policy: changes })
    const events = await db.sql`
      select action, actor_type, actor_id, resource_type, resource_id, severity, outcome, detail from audit_events`
    expect(events).toEqual([
      {
        action: 'policy.changed',
        actor_type: 'system',
        actor_id: 'awareness-operate',
        resource_type: 'policy',
        resource_id: 'policy',
        severity: 'info',
        outcome: 'success',
        detail: {
          before: { probe_interval_seconds: 300, drift_basis: 'all_rules' },
          after: { probe_interval_seconds: 120, drift_basis: 'common_rules' },
        },
      },
    ])
    const { actor_type, actor_id, ...published } = events[0] ?? {}
    expect([actor_type, actor_id]).toEqual(['system', 'awareness-operate'])
    expect(AuditEventRow.safeParse(published).error).toBeUndefined()
    expect(operator.output.lines).toContainEqual(
      expect.objectContaining({ [OPERATE_METRICS.policyChanges]: 1 }),
    )
  })

  it('the policy is not changed at all by a setting that does not go with the others', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const changes = { drift_minor_worsening_pp: 20, failures_to_go_down: 5 }
    expect(await operator.ask({ command: 'policy.set', changes })).toEqual({
      outcome: 'refused',
      fault: 'drift_major_worsening_pp (10) must not be below drift_minor_worsening_pp (20)',
    })
    expect(await operator.ask({ command: 'policy' })).toMatchObject({ policy: { failures_to_go_down: 2 } })
    expect(await db.sql`select id from audit_events`).toEqual([])
  })

  it('the policy takes every value that the table takes at its ends, and audits each change in turn', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const ends = [
      { probe_interval_seconds: 60, failures_to_go_down: 1, successes_to_come_up: 1, hosts_per_schedule: 1 },
      {
        probe_interval_seconds: 3600,
        failures_to_go_down: 10,
        successes_to_come_up: 10,
        hosts_per_schedule: 500,
      },
      { drift_major_worsening_pp: 100, drift_minor_worsening_pp: 100, drift_improvement_pp: 100 },
      { drift_major_worsening_pp: 0.1, drift_minor_worsening_pp: 0.1, drift_improvement_pp: 0.1 },
    ]
    for (const changes of ends) {
      expect(await operator.ask({ command: 'policy.set', changes })).toMatchObject({ outcome: 'changed' })
    }
    expect(await db.sql`select id from audit_events`).toHaveLength(ends.length)
  })

  it('the policy loses no change when two operators set it at once', async () => {
    await using db = await freshDatabase()
    await using one = operatorOf(db)
    await using other = operatorOf(db)
    await Promise.all([
      one.ask({ command: 'policy.set', changes: { failures_to_go_down: 3 } }),
      other.ask({ command: 'policy.set', changes: { successes_to_come_up: 4 } }),
    ])
    expect(await one.ask({ command: 'policy' })).toMatchObject({
      policy: { failures_to_go_down: 3, successes_to_come_up: 4 },
    })
  })
})

describe('events', () => {
  it('events are listed newest first, by host and action, with a word on whether there are more', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const [a, b] = await addHosts(db.sql, 2)
    if (!a || !b) throw new Error('two hosts were added')
    let now = new Date('2026-03-01T10:00:00Z')
    await using probe = environment(db, () => now)
    await invoke(probe, [a], async () => ANSWER)
    now = new Date('2026-03-01T11:00:00Z')
    await invoke(probe, [b], async () => ANSWER)
    await db.sql`
      insert into audit_events (id, correlation_id, actor_type, action, resource_type, resource_id, occurred_at)
      values (gen_random_uuid(), 'c', 'system', 'scan.started', 'host', 'not a uuid', '2026-03-01T12:00:00Z')`
    const since = '2026-03-01T09:00:00Z'
    const all = await operator.ask({ command: 'events', since, limit: 10 })
    expect(all.more).toBe(false)
    expect(all.events.map(({ host_name, resource_id }) => host_name ?? resource_id)).toEqual([
      'not a uuid',
      'host-2',
      'host-1',
    ])
    expect(await operator.ask({ command: 'events', since, limit: 1 })).toMatchObject({
      events: [{ action: 'scan.started' }],
      more: true,
    })
    const ofA = await operator.ask({ command: 'events', since, limit: 10, hostId: a })
    expect(ofA.events.map(({ resource_id }) => resource_id)).toEqual([a])
    const action = 'host.connectivity.checked'
    expect((await operator.ask({ command: 'events', since, limit: 10, action })).events).toHaveLength(2)
    const later = await operator.ask({ command: 'events', since: '2026-03-01T11:30:00Z', limit: 10, action })
    expect(later.events).toEqual([])
  })
})

describe('what is not a command', () => {
  it.each([
    ['nothing', undefined],
    ['a command that there is not', { command: 'drop' }],
    ['a field that there is not', { command: 'policy', more: 1 }],
    ['an import without hosts', { command: 'import', hosts: [] }],
    ['a page that is too large', { command: 'hosts', limit: 5001 }],
    ['a setting that there is not', { command: 'policy.set', changes: { only_row: false } }],
    ['events since a time that is none', { command: 'events', since: 'yesterday', limit: 1 }],
    [
      'a host that is in it twice',
      { command: 'import', hosts: [{ address: '192.0.2.1' }, { address: '192.0.2.1', port: 22 }] },
    ],
  ])('what is not a command is refused: %s', async (_, event) => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    await expect(operator.invoke(event)).rejects.toThrow()
    expect(operator.output.lines).toContainEqual(expect.objectContaining({ Faults: 1 }))
  })
})
