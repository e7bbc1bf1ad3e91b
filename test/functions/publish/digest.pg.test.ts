import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { PUBLISH_METRICS } from '../../../shared/domain/metrics.ts'
import { publishFunction } from '../../support/functions/publish.ts'
import { addHosts } from '../../support/hosts.ts'
import { writeChanges } from '../../support/published-events.ts'

const MINUTE_MS = 60_000

describe('people are told', () => {
  it('of the first change at once, and of what follows together, a minute later', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 4)
    await writeChanges(publish.db, hosts.slice(0, 1))
    await publish.run()
    expect(publish.digests.map(({ subject }) => subject)).toEqual(['[test] 1 host down: host-1'])
    for (const host of hosts.slice(1)) {
      await writeChanges(publish.db, [host])
      await publish.run()
    }
    expect(publish.digests).toHaveLength(1)
    publish.later(MINUTE_MS)
    await publish.run()
    await publish.run()
    expect(publish.digests.map(({ subject }) => subject).slice(1)).toEqual(['[test] 3 hosts down'])
    expect(publish.digests[1]?.text).toMatch(/host-2 .*\n.*host-3 .*\n.*host-4 /)
  })

  it('nothing where nothing happened, and nothing twice, however often the function runs', async () => {
    await using publish = await publishFunction()
    await publish.run()
    await writeChanges(publish.db, await addHosts(publish.db.sql, 2))
    for (let minute = 0; minute < 5; minute++) {
      await publish.run()
      publish.later(MINUTE_MS)
    }
    expect(publish.digests).toHaveLength(1)
    expect(publish.output.lines.findLast((line) => '_aws' in line)).toMatchObject({
      [PUBLISH_METRICS.digestsSent]: 0,
    })
    expect(publish.output.lines.filter(({ message }) => message === 'digest sent')).toHaveLength(1)
  })

  it('only of the kinds that the policy names, and then never of the others', async () => {
    await using publish = await publishFunction()
    await publish.db.sql`update policy set notify = 'up'`
    const hosts = await addHosts(publish.db.sql, 1)
    await writeChanges(publish.db, hosts)
    await publish.run()
    await publish.db.sql`update policy set notify = 'down,up'`
    publish.later(MINUTE_MS)
    await writeChanges(publish.db, hosts, 'reachable')
    await publish.run()
    expect(publish.digests.map(({ subject }) => subject)).toEqual(['[test] 1 host back, none down'])
  })

  it('later where the topic is down: events are published all the same, and the run fails', async () => {
    await using publish = await publishFunction()
    publish.topic.isDown = true
    await writeChanges(publish.db, await addHosts(publish.db.sql, 2))
    await expect(publish.run()).rejects.toThrow('the topic is down')
    expect(publish.delivered).toHaveLength(2)
    publish.topic.isDown = false
    await publish.run()
    expect(publish.digests.map(({ subject }) => subject)).toEqual(['[test] 2 hosts down'])
  })

  it('also where the event bus is gone', async () => {
    await using publish = await publishFunction()
    publish.local.deleteBus('fleet-awareness-test')
    await writeChanges(publish.db, await addHosts(publish.db.sql, 2))
    await expect(publish.run()).rejects.toThrow('there is no such event bus')
    expect(publish.digests.map(({ subject }) => subject)).toEqual(['[test] 2 hosts down'])
  })

  it('also where EventBridge does not answer at all, and the run fails', async () => {
    await using publish = await publishFunction()
    await publish.local.stop()
    await writeChanges(publish.db, await addHosts(publish.db.sql, 2))
    await expect(publish.run()).rejects.toThrow('the event bus does not answer: ')
    expect(publish.digests.map(({ subject }) => subject)).toEqual(['[test] 2 hosts down'])
    expect(publish.output.lines.findLast((line) => '_aws' in line)).toMatchObject({
      [PUBLISH_METRICS.waiting]: 2,
      [PUBLISH_METRICS.digestsSent]: 1,
    })
    expect(publish.output.lines.map(({ message }) => message)).toContain('event bus does not answer')
  })

  it('of a change that was written before others and committed after they were told', async () => {
    await using publish = await publishFunction()
    const [slow, quick] = await addHosts(publish.db.sql, 2)
    if (slow === undefined || quick === undefined) throw new Error('no hosts')
    const written = Promise.withResolvers<void>()
    const commit = Promise.withResolvers<void>()
    const late = publish.db.sql.begin(async (tx) => {
      await tx`
        insert into audit_events (id, correlation_id, actor_type, actor_id, action, severity, outcome, occurred_at,
          resource_type, resource_id, detail)
        values (${randomUUID()}, 'c', 'system', 'awareness-probe', 'host.connectivity.checked', 'info', 'failure',
          now(), 'host', ${slow}, ${tx.json({
            host_id: slow,
            ssh_accessible: false,
            new_status: 'unreachable',
            prior_status: 'reachable',
            response_time_ms: null,
            error_type: 'no_banner',
            consecutive_failures: 2,
          })})`
      written.resolve()
      await commit.promise
    })
    await written.promise
    await writeChanges(publish.db, [quick])
    await publish.run()
    commit.resolve()
    await late
    publish.later(MINUTE_MS)
    await publish.run()
    expect(publish.digests.map(({ subject }) => subject)).toEqual([
      '[test] 1 host down: host-2',
      '[test] 1 host down: host-1',
    ])
  })
})
