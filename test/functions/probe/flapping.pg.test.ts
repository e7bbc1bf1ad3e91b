import { describe, expect, it } from 'vitest'
import { report } from '../../../functions/probe/report.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { PROBE_METRICS } from '../../../shared/domain/metrics.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { startMaintenance } from '../../support/maintenance.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

const MINUTE_MS = 60_000
const START = Date.parse('2026-03-01T04:00:00Z')

type Prober = ReturnType<typeof createProber>

/** One failure takes a host down, so that each probe may be a change; a minute passes between two of them. */
function createProber(db: TestDatabase) {
  let minute = 0
  const probe = environment(db, () => new Date(START + minute * MINUTE_MS))
  return {
    ...probe,
    /** Probes the hosts once for each mark: `1` answers, `0` does not, and `.` is a minute without a probe. */
    see: async (hosts: readonly HostId[], drawn: string) => {
      const all = []
      for (const mark of drawn) {
        minute += 1
        if (mark !== '.')
          all.push(...(await invoke(probe, hosts, async () => (mark === '1' ? ANSWER : FAILURE))))
      }
      return all
    },
  }
}

async function atFirstFailure(): Promise<TestDatabase> {
  const db = await freshDatabase()
  await db.sql`update policy set failures_to_go_down = 1, hold_above_percent = 0`
  return db
}

const eventsOf = async ({ sql }: TestDatabase): Promise<string[]> => {
  const rows = await sql<{ what: string }[]>`
    select case action when 'host.connectivity.checked' then detail ->> 'new_status' else action end as what
    from audit_events order by sequence`
  return rows.map(({ what }) => what)
}

describe('the probe function', () => {
  it('the probe function reports a flapping host once, in the transaction of the change that makes it so, and every change as ever', async () => {
    await using db = await atFirstFailure()
    await using prober: Prober = createProber(db)
    const [host, other] = await addHosts(db.sql, 2)
    if (!host || !other) throw new Error('two hosts were added')
    const outcomes = await prober.see([host], '110101011')
    expect((await eventsOf(db)).map((what) => what.replace('host.flapping.', ''))).toEqual([
      'reachable',
      'unreachable',
      'reachable',
      'unreachable',
      'started',
      'reachable',
      'unreachable',
      'reachable',
    ])
    const counted = outcomes.flatMap((each) => (each.outcome === 'probed' ? [each.flappingChanges] : []))
    expect(counted.filter((count) => count !== undefined)).toEqual([4])
    const spells = await db.sql`select host_id, started_at, stopped_at from flapping_spells`
    expect(spells).toEqual([{ host_id: host, started_at: new Date(START + 5 * MINUTE_MS), stopped_at: null }])
    const [event] =
      await db.sql`select detail, actor_id from audit_events where action = 'host.flapping.started'`
    expect(event).toEqual({
      actor_id: 'awareness-probe',
      detail: { host_id: host, changes: 4, window_minutes: 60, status: 'unreachable' },
    })
    await prober.see([other], '1101')
    expect(await db.sql`select from flapping_spells`).toHaveLength(1)
  })

  it('the probe function calls no host flapping by changes that are more than an hour apart, nor with 0 in the policy', async () => {
    await using db = await atFirstFailure()
    await using prober: Prober = createProber(db)
    const hosts = await addHosts(db.sql, 1)
    await prober.see(hosts, `101${'.'.repeat(60)}010${'.'.repeat(60)}1`)
    expect(await db.sql`select from flapping_spells`).toHaveLength(0)
    await db.sql`update policy set flapping_changes = 0`
    await prober.see(hosts, '010101010101')
    expect(await db.sql`select from flapping_spells`).toHaveLength(0)
  })

  it('the probe function counts no changes of other writers of the same table', async () => {
    await using db = await atFirstFailure()
    await using prober: Prober = createProber(db)
    const hosts = await addHosts(db.sql, 1)
    await prober.see(hosts, '101')
    await db.sql`update audit_events set actor_id = 'somebody-else'`
    await prober.see(hosts, '0')
    expect(await db.sql`select from flapping_spells`).toHaveLength(0)
  })

  it('the probe function reports nothing of a host that starts anew while its probe is under way', async () => {
    await using db = await atFirstFailure()
    await using prober: Prober = createProber(db)
    const [host] = await addHosts(db.sql, 1)
    if (!host) throw new Error('a host was added')
    await prober.see([host], '101')
    await invoke(prober, [host], async () => {
      await db.sql`update hosts set port = port + 1 where id = ${host}`
      return FAILURE
    })
    expect(await eventsOf(db)).toEqual(['reachable', 'unreachable', 'reachable'])
    expect(await db.sql`select from flapping_spells`).toHaveLength(0)
  })

  it('the probe function of which two invocations probe the same host at once has it flapping once', async () => {
    await using db = await atFirstFailure()
    await using first: Prober = createProber(db)
    await using second: Prober = createProber(db)
    const hosts = await addHosts(db.sql, 20)
    await first.see(hosts, '101')
    await Promise.all([first.see(hosts, '01010'), second.see(hosts, '10101')])
    const spells = await db.sql<{ hosts: number }[]>`select count(*)::int as hosts from flapping_spells`
    const events = await db.sql`select from audit_events where action = 'host.flapping.started'`
    expect([spells[0]?.hosts, events.length]).toEqual([20, 20])
  })

  it('the probe function asks for the past of no host where nothing changed', async () => {
    await using db = await atFirstFailure()
    await using prober: Prober = createProber(db)
    const hosts = await addHosts(db.sql, 3)
    await prober.see(hosts, '1')
    await db.sql`revoke select on flapping_spells from awareness_probe`
    await prober.see(hosts, '111')
    await expect(prober.see(hosts, '0')).rejects.toThrow('permission denied')
  })

  it('the probe function counts a host that goes down under maintenance as no host that went down', async () => {
    await using db = await atFirstFailure()
    await using prober: Prober = createProber(db)
    const hosts = await addHosts(db.sql, 2)
    await prober.see(hosts, '1')
    await startMaintenance(db, ['host-1'], { at: new Date(START) })
    const outcomes = await prober.see(hosts, '0')
    report(prober.telemetry, { cause: 'test', outcomes, suspect: null, lagMs: null })
    prober.telemetry.metrics.publishStoredMetrics()
    expect(prober.output.lines.findLast((line) => '_aws' in line)).toMatchObject({
      [PROBE_METRICS.transitions]: 2,
      [PROBE_METRICS.wentDown]: 1,
    })
  })
})
