import { describe, expect, it } from 'vitest'
import type { HostId } from '../../../shared/domain/ids.ts'
import { fanOutFunction } from '../../support/functions/fan-out.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { type PublishFunction, publishFunction } from '../../support/functions/publish.ts'
import { addHosts } from '../../support/hosts.ts'
import { endMaintenance, startMaintenance } from '../../support/maintenance.ts'

const MINUTE_MS = 60_000

/** Probes hosts as the probe function does, until they are up or down. */
async function turn(
  { db }: PublishFunction,
  hosts: readonly HostId[],
  to: 'up' | 'down',
  at = new Date(),
): Promise<void> {
  // All hosts of a small fleet fail here at once, and the prober would suspect itself.
  await db.sql`update policy set hold_above_percent = 0`
  await using probe = environment(db, () => at)
  for (let i = 0; i < 2; i++) await invoke(probe, hosts, async () => (to === 'up' ? ANSWER : FAILURE))
}

const subjects = ({ digests }: PublishFunction): string[] => digests.map(({ subject }) => subject)

async function nextMinute(publish: PublishFunction): Promise<void> {
  publish.later(MINUTE_MS)
  await publish.run()
}

describe('events of hosts under maintenance', () => {
  it('events of hosts under maintenance say so by the time of the change, also those that are published late', async () => {
    await using publish = await publishFunction()
    const [quiet, loud] = await addHosts(publish.db.sql, 2)
    if (!quiet || !loud) throw new Error('two hosts were added')
    await turn(publish, [quiet, loud], 'up')
    await startMaintenance(publish.db, ['host-1'])
    await turn(publish, [quiet, loud], 'down')
    await endMaintenance(publish.db, ['host-1'])
    await turn(publish, [quiet, loud], 'up')
    await publish.run()
    const told = publish.delivered
      .filter((event) => event['detail-type'] === 'host.connectivity.checked')
      .map(({ detail }) => [detail.host_id, detail.new_status, detail.in_maintenance])
    const ofHost = (host: HostId) => told.filter(([id]) => id === host).map(([, ...rest]) => rest)
    expect(ofHost(quiet)).toEqual([
      ['reachable', false],
      ['unreachable', true],
      ['reachable', false],
    ])
    expect(ofHost(loud).map(([, isQuiet]) => isQuiet)).toEqual([false, false, false])
    const others = publish.delivered.filter((event) => event['detail-type'].startsWith('fleet.maintenance.'))
    expect(others.map(({ detail }) => [detail.host, detail.in_maintenance])).toEqual([
      [null, false],
      [null, false],
    ])
  })
})

describe('people', () => {
  it('people hear nothing of a host under maintenance, and that it is still down when an operator ends it', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 3)
    await turn(publish, hosts, 'up')
    await startMaintenance(publish.db, ['host-*'])
    await turn(publish, hosts, 'down')
    await turn(publish, hosts.slice(2), 'up')
    await nextMinute(publish)
    expect(subjects(publish)).toEqual([])
    await endMaintenance(publish.db, ['host-*'])
    await nextMinute(publish)
    expect(subjects(publish)).toEqual(['[test] 2 hosts still down after maintenance'])
    expect(publish.digests[0]?.text).toMatch(/^2 hosts still down after maintenance\. Down now: 2 hosts\.\n/)
    for (let minute = 0; minute < 3; minute++) await nextMinute(publish)
    expect(subjects(publish)).toHaveLength(1)
    await turn(publish, hosts.slice(0, 1), 'up')
    await nextMinute(publish)
    expect(subjects(publish)[1]).toBe('[test] 1 host back: host-1')
  })

  it('people hear the same when its time passes, once, however often the fan-out runs', async () => {
    await using fanOut = await fanOutFunction()
    await using publish = await publishFunction({ on: fanOut.db })
    const [host] = await addHosts(fanOut.db.sql, 1)
    if (!host) throw new Error('a host was added')
    await turn(publish, [host], 'up')
    const fleetTime = fanOut.deps.now()
    const at = new Date(fleetTime.getTime() - 10 * MINUTE_MS)
    await startMaintenance(fanOut.db, ['host-1'], { at, durationMs: 9 * MINUTE_MS })
    await turn(publish, [host], 'down', new Date(at.getTime() + MINUTE_MS))
    await publish.run()
    await Promise.all([fanOut.run(), fanOut.run()])
    await fanOut.run()
    const ends = await fanOut.db.sql<{ actor_id: string; detail: { cause: string } }[]>`
      select actor_id, detail from audit_events where action = 'fleet.maintenance.ended'`
    expect(ends).toMatchObject([
      { actor_id: 'awareness-fan-out', detail: { cause: 'time', still_down: 1, hosts: 1 } },
    ])
    await nextMinute(publish)
    await nextMinute(publish)
    expect(subjects(publish)).toEqual(['[test] 1 host still down after maintenance: host-1'])
    expect(fanOut.output.lines.filter(({ message }) => message === 'maintenance ended')).toHaveLength(1)
  })

  it('people hear nothing at the end of a maintenance while the host is in another one', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 1)
    await turn(publish, hosts, 'up')
    const first = await startMaintenance(publish.db, ['host-1'])
    await turn(publish, hosts, 'down')
    await startMaintenance(publish.db, ['host-1'], { durationMs: 90 * MINUTE_MS })
    await endMaintenance(publish.db, [first.id])
    await nextMinute(publish)
    expect(subjects(publish)).toEqual([])
    await endMaintenance(publish.db, ['host-1'])
    await nextMinute(publish)
    expect(subjects(publish)).toEqual(['[test] 1 host still down after maintenance: host-1'])
  })

  it('people hear at the end that a host is back which they had heard to be down, and of no other that is up', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 2)
    await turn(publish, hosts, 'up')
    await turn(publish, hosts.slice(0, 1), 'down')
    await publish.run()
    expect(subjects(publish)).toEqual(['[test] 1 host down: host-1'])
    await startMaintenance(publish.db, ['host-*'])
    await startMaintenance(publish.db, ['host-*'], { durationMs: 2 * MINUTE_MS })
    await turn(publish, hosts, 'down')
    await turn(publish, hosts, 'up')
    await nextMinute(publish)
    await endMaintenance(publish.db, ['host-*'])
    await nextMinute(publish)
    expect(subjects(publish).slice(1)).toEqual(['[test] 1 host back, none down'])
  })

  it('people are told the number of hosts that are down without those under maintenance', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 3)
    await turn(publish, hosts, 'up')
    await startMaintenance(publish.db, ['host-2', 'host-3'])
    await turn(publish, hosts, 'down')
    await nextMinute(publish)
    expect(publish.digests[0]?.text).toMatch(/^1 host down\. Down now: 1 host\.\n/)
  })
})
