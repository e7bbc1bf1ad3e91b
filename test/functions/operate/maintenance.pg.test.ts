import { describe, expect, it } from 'vitest'
import { AuditEventRow } from '../../../shared/contracts/audit-event.ts'
import { upsertHosts } from '../../../shared/db/hosts.ts'
import { deriveHostId } from '../../../shared/domain/endpoint-id.ts'
import { KEEP_MAINTENANCES_MS } from '../../../shared/domain/maintenance.ts'
import { type Operator, operatorOf } from '../../support/functions/operate.ts'
import { environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { endMaintenance, startMaintenance } from '../../support/maintenance.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const FLEET = [
  ['web-01', '10.2.0.1', 22],
  ['web-02', '10.2.0.2', 22],
  ['Web_03', '10.2.9.3', 2222],
  ['db-01', '10.3.0.1', 22],
  ['v6-01', '2001:db8:1::7', 22],
  ['v6-02', '2001:db8:2::7', 22],
] as const

async function withFleet(): Promise<TestDatabase> {
  const db = await freshDatabase()
  await upsertHosts(
    db.sql,
    FLEET.map(([name, address, port]) => ({ id: deriveHostId(address, port), name, address, port })),
  )
  return db
}

const start = (operator: Operator, hosts: string[], duration_ms = HOUR_MS) =>
  operator.ask({ command: 'maintenance.start', hosts, duration_ms, reason: 'kernel upgrade' })

const eventsOf = ({ sql }: TestDatabase) => sql<{ action: string; actor_id: string; detail: object }[]>`
  select action, actor_id, severity, outcome, resource_type, resource_id, detail
  from audit_events where action like 'fleet.maintenance.%' order by sequence`

describe('maintenance', () => {
  it.each([
    [['web-01'], ['web-01']],
    [
      ['WEB-01', 'web_03'],
      ['web-01', 'Web_03'],
    ],
    [['web-*'], ['web-01', 'web-02']],
    [['web?0?'], ['web-01', 'web-02', 'Web_03']],
    [['10.2.*'], ['web-01', 'web-02', 'Web_03']],
    [['10.2.0.0/24'], ['web-01', 'web-02']],
    [['10.2.77.7/16'], ['web-01', 'web-02', 'Web_03']],
    [['2001:db8:1::/48'], ['v6-01']],
    [['10.3.0.1'], ['db-01']],
    [['10.2.9.3:2222'], ['Web_03']],
    [[deriveHostId('10.3.0.1', 22)], ['db-01']],
    [
      ['web-01', 'web-0*', '10.2.0.0/16'],
      ['web-01', 'web-02', 'Web_03'],
    ],
  ])('maintenance set for %j is of %j', async (hosts, names) => {
    await using db = await withFleet()
    await using operator = operatorOf(db)
    expect(await start(operator, hosts)).toMatchObject({ outcome: 'started', hosts: names.length })
    const { hosts: listed } = await operator.ask({ command: 'hosts', only: 'maintenance' })
    expect(listed.map(({ name }) => name).sort()).toEqual([...names].sort())
  })

  it('maintenance of which one text means no host is not set at all', async () => {
    await using db = await withFleet()
    await using operator = operatorOf(db)
    await db.sql`update hosts set deleted_at = now() where hostname = 'web-02'`
    expect(await start(operator, ['web-01', 'web-02', 'wbe-*', '10.2.9.3:22'])).toEqual({
      outcome: 'unmatched',
      texts: ['web-02', 'wbe-*', '10.2.9.3:22'],
    })
    expect(await db.sql`select from maintenances`).toHaveLength(0)
    expect(await eventsOf(db)).toHaveLength(0)
  })

  it('maintenance is an audit event as it is set and as it is ended, by the operate function and with its request id', async () => {
    await using db = await withFleet()
    const at = new Date('2026-03-01T04:00:00Z')
    const { id } = await startMaintenance(db, ['web-*'], { at, durationMs: 2 * HOUR_MS })
    await endMaintenance(db, [id], new Date('2026-03-01T05:00:00Z'))
    const [started, ended] = await eventsOf(db)
    for (const event of [started, ended]) {
      const { actor_id, ...row } = event ?? { actor_id: '' }
      expect(actor_id).toBe('awareness-operate')
      AuditEventRow.parse(row)
    }
    expect(started?.detail).toMatchObject({
      maintenance_id: id,
      ends_at: '2026-03-01T06:00:00.000Z',
      hosts: 2,
    })
    expect(ended?.detail).toMatchObject({
      maintenance_id: id,
      cause: 'operator',
      ends_at: '2026-03-01T05:00:00.000Z',
      names: ['web-01', 'web-02'],
    })
  })

  it('maintenance of a dry run says which hosts these are, and changes nothing', async () => {
    await using db = await withFleet()
    await using operator = operatorOf(db)
    const request = {
      command: 'maintenance.start',
      duration_ms: HOUR_MS,
      reason: 'x',
      dry_run: true,
    } as const
    const answer = await operator.ask({ ...request, hosts: ['web-*'] })
    expect(answer).toMatchObject({ outcome: 'would_start', id: null, names: ['web-01', 'web-02'] })
    expect(await db.sql`select from maintenance_hosts`).toHaveLength(0)
    expect(await eventsOf(db)).toHaveLength(0)
  })

  it('maintenance leaves a host that is added later alone', async () => {
    await using db = await withFleet()
    await startMaintenance(db, ['web-*'])
    const id = deriveHostId('10.2.0.9', 22)
    await upsertHosts(db.sql, [{ id, name: 'web-09', address: '10.2.0.9', port: 22 }])
    await using operator = operatorOf(db)
    expect(await operator.ask({ command: 'host', hostId: id })).toMatchObject({
      host: { maintenance_until: null },
      maintenances: [],
    })
  })

  it('maintenance ends for single hosts, and goes on for the others', async () => {
    await using db = await withFleet()
    await using operator = operatorOf(db)
    await startMaintenance(db, ['web-*'])
    expect(await endMaintenance(db, ['web-01', 'db-01'])).toMatchObject({
      outcome: 'ended',
      maintenances: [{ hosts: 1, names: ['web-01'] }],
    })
    const { maintenances } = await operator.ask({ command: 'maintenance.list' })
    expect(maintenances).toMatchObject([{ hosts: 1, names: ['web-02'], reason: 'kernel upgrade' }])
    expect(await endMaintenance(db, ['web-01'])).toEqual({ outcome: 'not_in_maintenance' })
    expect(await endMaintenance(db, ['nobody'])).toEqual({ outcome: 'unmatched', texts: ['nobody'] })
  })

  it('maintenance may overlap another one: a host is in it until the last has ended, and is listed in both', async () => {
    await using db = await withFleet()
    await using operator = operatorOf(db)
    const at = new Date()
    const first = await startMaintenance(db, ['web-*'], { at, reason: 'first' })
    const second = await startMaintenance(db, ['web-01', 'db-01'], {
      at,
      reason: 'second',
      durationMs: 3 * HOUR_MS,
    })
    const { maintenances } = await operator.ask({ command: 'maintenance.list' })
    expect(maintenances.map(({ id, hosts }) => [id, hosts])).toEqual([
      [first.id, 2],
      [second.id, 2],
    ])
    const hostId = deriveHostId('10.2.0.1', 22)
    const before = await operator.ask({ command: 'host', hostId })
    expect(before).toMatchObject({ maintenances: [{ reason: 'second' }, { reason: 'first' }] })
    await endMaintenance(db, [second.id])
    const after = await operator.ask({ command: 'host', hostId })
    expect(after).toMatchObject({
      host: { maintenance_until: new Date(at.getTime() + HOUR_MS).toISOString() },
      maintenances: [{ reason: 'first' }],
    })
    expect(await endMaintenance(db, ['web-*'])).toMatchObject({ maintenances: [{ id: first.id, hosts: 2 }] })
  })

  it('maintenance says how many hosts it leaves down, without those that another one goes on with', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    const hosts = await addHosts(db.sql, 3)
    await startMaintenance(db, ['host-*'], { reason: 'first' })
    await startMaintenance(db, ['host-2'], { reason: 'second' })
    for (let i = 0; i < 2; i++) await invoke(probe, hosts.slice(0, 2), async () => FAILURE)
    const [first] = await db.sql<{ id: string }[]>`select id from maintenances where reason = 'first'`
    expect(await endMaintenance(db, [first?.id ?? ''])).toMatchObject({
      maintenances: [{ hosts: 3, still_down: 1 }],
    })
    expect(await endMaintenance(db, ['host-2'])).toMatchObject({
      maintenances: [{ hosts: 1, still_down: 1 }],
    })
  })

  it('maintenance that one command ends twice over counts a host that is down in each', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    const hosts = await addHosts(db.sql, 1)
    await startMaintenance(db, ['host-1'])
    await startMaintenance(db, ['host-1'])
    for (let i = 0; i < 2; i++) await invoke(probe, hosts, async () => FAILURE)
    const answer = await endMaintenance(db, ['host-1'])
    expect(answer).toMatchObject({ maintenances: [{ still_down: 1 }, { still_down: 1 }] })
  })

  it.each([
    [{ duration_ms: 59_999 }],
    [{ duration_ms: 30 * 24 * HOUR_MS + 1 }],
    [{ reason: '' }],
    [{ reason: '   ' }],
    [{ reason: 'x'.repeat(201) }],
    [{ reason: 'two\nlines' }],
    [{ hosts: [] }],
    [{ hosts: Array.from({ length: 101 }, () => 'web-01') }],
  ])('maintenance is refused with %o', async (wrong) => {
    await using db = await withFleet()
    await using operator = operatorOf(db)
    const request = { command: 'maintenance.start', hosts: ['web-01'], duration_ms: HOUR_MS, reason: 'x' }
    await expect(operator.invoke({ ...request, ...wrong })).rejects.toThrow()
    expect(await db.sql`select from maintenances`).toHaveLength(0)
  })

  it('maintenance is forgotten 400 days after its end, as the next one is set', async () => {
    await using db = await withFleet()
    const at = new Date('2026-03-01T04:00:00Z')
    const later = (ms: number) => new Date(at.getTime() + HOUR_MS + KEEP_MAINTENANCES_MS + ms)
    await startMaintenance(db, ['web-01'], { at, reason: 'old' })
    await startMaintenance(db, ['web-02'], { at: later(0), reason: 'new' })
    expect(await db.sql`select reason from maintenances order by reason`).toHaveLength(2)
    await startMaintenance(db, ['web-02'], { at: later(1), reason: 'newer' })
    const rows = await db.sql<{ reason: string }[]>`select reason from maintenances order by reason`
    expect(rows.map(({ reason }) => reason)).toEqual(['new', 'newer'])
  })

  it('maintenance of thousands of hosts in a large fleet, by a hundred texts, is set and ended within the time of a command', async () => {
    await using db = await freshDatabase()
    await db.sql`
      insert into hosts (hostname, ip_address)
      select 'host-' || i, '10.0.0.0'::inet + i from generate_series(1, 100000) i`
    await using operator = operatorOf(db)
    const texts = Array.from({ length: 99 }, (_, i) => `host-${i + 10}?`)
    // The statistics are those of empty tables, as on the day on which a large fleet is imported.
    for (const hosts of [[...texts, '10.0.0.0/18'], ['10.0.0.0/18']]) {
      expect(await start(operator, hosts)).toMatchObject({ outcome: 'started', hosts: 16_383 })
    }
    const answer = await operator.ask({ command: 'maintenance.end', hosts: ['10.0.0.0/18'] })
    expect(answer).toMatchObject({ maintenances: [{ hosts: 16_383 }, { hosts: 16_383 }] })
    expect(await start(operator, ['*'])).toEqual({ outcome: 'too_many', most: 20_000 })
  })
})
