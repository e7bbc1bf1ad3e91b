import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { EventBus } from '../../../shared/aws/event-bus.ts'
import { insertAuditEvents } from '../../../shared/db/audit-events.ts'
import { readPolicy } from '../../../shared/db/policy.ts'
import { FUNCTIONS } from '../../../shared/domain/functions.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { FUNCTION_METRICS, PUBLISH_METRICS } from '../../../shared/domain/metrics.ts'
import { policyChanged } from '../../../shared/domain/policy-event.ts'
import { type PublishEnvironment, publishFunction } from '../../support/functions/publish.ts'
import { addHosts } from '../../support/hosts.ts'
import type { TestDatabase } from '../../support/postgres/database.ts'
import { firstOfEach, idsOf, outOfOrder, waitingIds, writeChanges } from '../../support/published-events.ts'

const metricsOf = ({ output }: PublishEnvironment): Record<string, unknown> | undefined =>
  output.lines.findLast((line) => '_aws' in line)

const linesOf = ({ output }: PublishEnvironment, message: string) =>
  output.lines.filter((line) => line.message === message)

/** An event of another writer of the same table, who names his columns. */
async function writeForeign({ sql }: TestDatabase, action: string, detail: object = {}): Promise<string> {
  const id = randomUUID()
  await sql`
    insert into audit_events (id, correlation_id, actor_type, actor_id, action, detail, occurred_at)
    values (${id}, 'c', 'user', 'scanner', ${action}, ${sql.json({ ...detail })}, now())`
  return id
}

describe('the publish function', () => {
  it('the publish function puts each event on the bus once, with its host, and marks it as published', async () => {
    await using publish = await publishFunction()
    const [host = ''] = await addHosts(publish.db.sql, 1)
    const [id] = await writeChanges(publish.db, [host as HostId])
    expect(await publish.run()).toMatchObject({ bus: 'there', published: 1, skipped: 0 })
    expect(publish.delivered).toMatchObject([
      {
        source: 'fleet-awareness',
        'detail-type': 'host.connectivity.checked',
        detail: {
          id,
          stage: 'test',
          host: { id: host, name: 'host-1', address: '127.0.0.1', port: 10_001 },
          new_status: 'unreachable',
          prior_status: 'reachable',
          error_type: 'tcp_timeout',
        },
      },
    ])
    expect(await publish.run()).toMatchObject({ published: 0 })
    expect(publish.delivered).toHaveLength(1)
    expect(await waitingIds(publish.db)).toEqual([])
  })

  it('the publish function publishes what is about no host, and what is about a host that has left the fleet', async () => {
    await using publish = await publishFunction()
    const [host = ''] = await addHosts(publish.db.sql, 1)
    await writeChanges(publish.db, [host as HostId])
    await publish.db.sql`update hosts set deleted_at = now()`
    const event = policyChanged(
      { ...(await readPolicy(publish.db.sql)), hosts_per_schedule: 1 },
      { ...(await readPolicy(publish.db.sql)), hosts_per_schedule: 5 },
    )
    if (event === null) throw new Error('nothing changed')
    const id = randomUUID()
    const record = {
      id,
      correlationId: 'c',
      actorId: FUNCTIONS.operate.service,
      occurredAt: new Date(),
      event,
    }
    await publish.db.sql.begin((tx) => insertAuditEvents(tx, [record]))
    await publish.run()
    // Only events about the same host are put in their order.
    const delivered = publish.delivered.toSorted(
      (one, other) => Number(one.detail.sequence) - Number(other.detail.sequence),
    )
    expect(delivered.map(({ detail }) => detail.host)).toMatchObject([{ name: 'host-1' }, null])
    expect(delivered[1]?.detail).toMatchObject({ before: { hosts_per_schedule: 1 } })
  })

  it('the publish function publishes thousands in one run, a batch at a time, in the order in which they were written', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 700)
    const down = await writeChanges(publish.db, hosts, 'unreachable')
    const up = await writeChanges(publish.db, hosts, 'reachable')
    expect(await publish.run()).toMatchObject({ published: 1400 })
    expect(new Set(idsOf(publish.delivered))).toEqual(new Set([...down, ...up]))
    expect(publish.delivered).toHaveLength(1400)
    expect(outOfOrder(publish.delivered)).toEqual([])
  })

  it('the publish function leaves the events of other writers alone unless the policy names their action', async () => {
    await using publish = await publishFunction()
    const before = await writeForeign(publish.db, 'scan.started')
    await publish.run()
    await publish.db.sql`update policy set publish_actions = 'scan.*'`
    const after = await writeForeign(publish.db, 'scan.ended')
    const never = await writeForeign(publish.db, 'user.login')
    expect(await publish.run()).toMatchObject({ published: 1, skipped: 1 })
    expect(idsOf(publish.delivered)).toEqual([after])
    expect(await waitingIds(publish.db)).toEqual([])
    const marks = await publish.db.sql`
      select id from audit_events where published_at = '-infinity' order by sequence`
    expect(marks.map(({ id }) => id)).toEqual([before, never])
  })

  it('the publish function publishes an event that is too large for the bus without its particulars, and says so', async () => {
    await using publish = await publishFunction()
    await publish.db.sql`update policy set publish_actions = '*'`
    const small = await writeForeign(publish.db, 'report.made', { text: 'x'.repeat(100_000) })
    const large = await writeForeign(publish.db, 'report.made', { text: 'x'.repeat(250_000) })
    const huge = await writeForeign(publish.db, 'report.made', { text: 'x'.repeat(5_000_000) })
    expect(await publish.run()).toMatchObject({ published: 3 })
    const cut = publish.delivered.filter(({ detail }) => detail.detail_omitted === true)
    expect(new Set(idsOf(publish.delivered))).toEqual(new Set([small, large, huge]))
    expect(new Set(idsOf(cut))).toEqual(new Set([large, huge]))
    expect(linesOf(publish, 'event cut').map(({ eventId }) => eventId)).toEqual(
      expect.arrayContaining([large, huge]),
    )
  })

  it('the publish function says in its metrics what it published and what waits, also where that is nothing', async () => {
    await using publish = await publishFunction()
    await publish.run()
    expect(metricsOf(publish)).toMatchObject({
      service: 'awareness-publish',
      [PUBLISH_METRICS.published]: 0,
      [PUBLISH_METRICS.refused]: 0,
      [PUBLISH_METRICS.waiting]: 0,
      [PUBLISH_METRICS.oldestWaitingSeconds]: 0,
    })
    await writeChanges(publish.db, await addHosts(publish.db.sql, 3))
    await publish.run({ awslogs: { data: '' } })
    expect(metricsOf(publish)).toMatchObject({ [PUBLISH_METRICS.published]: 3, [PUBLISH_METRICS.waiting]: 0 })
    expect(metricsOf(publish)?.[PUBLISH_METRICS.longestWaitSeconds]).toBeLessThan(60)
    expect(linesOf(publish, 'published').map(({ cause }) => cause)).toEqual(['clock', 'log_line'])
  })
})

describe('nothing is lost, and no later event of a host comes before an earlier one,', () => {
  it('nothing is lost, and no later event of a host comes before an earlier one where the bus takes seven of ten', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 10)
    const ids = await writeChanges(publish.db, hosts)
    for (let call = 0; call < 10; call++) {
      publish.local.faults.next({ refuse: [0], errorCode: 'InternalFailure' })
    }
    const { published } = await publish.run()
    expect(published).toBeLessThan(10)
    publish.local.faults.clear()
    expect(await waitingIds(publish.db)).toHaveLength(10 - published)
    await publish.run()
    expect(idsOf(publish.delivered).toSorted()).toEqual(ids.toSorted())
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where the first event of a host is refused and the second would be taken', async () => {
    await using publish = await publishFunction()
    const [host = ''] = await addHosts(publish.db.sql, 1)
    const [down] = await writeChanges(publish.db, [host as HostId], 'unreachable')
    const [up] = await writeChanges(publish.db, [host as HostId], 'reachable')
    publish.local.faults.next({ refuse: [0], errorCode: 'InternalFailure' })
    expect(await publish.run()).toMatchObject({ published: 0 })
    expect(await waitingIds(publish.db)).toEqual([down, up])
    expect(await publish.run()).toMatchObject({ published: 2 })
    expect(idsOf(publish.delivered)).toEqual([down, up])
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where some calls fail, some entries are refused and some answers are lost, over many runs', async () => {
    await using publish = await publishFunction()
    const hosts = await addHosts(publish.db.sql, 60)
    const written: string[] = []
    for (const to of ['unreachable', 'reachable', 'unreachable', 'reachable'] as const) {
      written.push(...(await writeChanges(publish.db, hosts, to)))
    }
    for (let round = 0; (await waitingIds(publish.db)).length > 0; round++) {
      if (round > 40) throw new Error('events are never published')
      publish.local.faults.next({ refuse: [1, 3, 4], errorCode: 'ThrottlingException' })
      publish.local.faults.next('drop_answer')
      publish.local.faults.next({ refuse: [0], errorCode: 'InternalFailure' })
      publish.local.faults.next('drop_request', 4)
      await publish.run().catch(() => {})
      publish.local.faults.clear()
    }
    expect(new Set(idsOf(publish.delivered))).toEqual(new Set(written))
    expect(outOfOrder(firstOfEach(publish.delivered))).toEqual([])
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where the bus is throttled: the run ends well, and the events wait for the next', async () => {
    await using publish = await publishFunction()
    const ids = await writeChanges(publish.db, await addHosts(publish.db.sql, 5))
    publish.local.faults.next('ThrottlingException', 100)
    expect(await publish.run()).toMatchObject({ published: 0 })
    expect(metricsOf(publish)).toMatchObject({
      [PUBLISH_METRICS.refused]: 5,
      [PUBLISH_METRICS.waiting]: 5,
    })
    expect(linesOf(publish, 'events refused')[0]).toMatchObject({ code: 'ThrottlingException' })
    publish.local.faults.clear()
    await publish.run()
    expect(idsOf(publish.delivered).toSorted()).toEqual(ids.toSorted())
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where the bus refuses for good: the run fails, so that somebody hears of it', async () => {
    await using publish = await publishFunction()
    await writeChanges(publish.db, await addHosts(publish.db.sql, 1))
    publish.local.faults.next('AccessDeniedException', 100)
    await expect(publish.run()).rejects.toThrow(/^AccessDeniedException: /)
    expect(metricsOf(publish)).toMatchObject({ [FUNCTION_METRICS.faults]: 1, [PUBLISH_METRICS.waiting]: 1 })
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where the bus is gone and comes back', async () => {
    await using publish = await publishFunction()
    const ids = await writeChanges(publish.db, await addHosts(publish.db.sql, 3))
    publish.local.deleteBus('fleet-awareness-test')
    await expect(publish.run()).rejects.toThrow('there is no such event bus: its events wait')
    expect(await waitingIds(publish.db)).toHaveLength(3)
    expect(metricsOf(publish)).toMatchObject({ [PUBLISH_METRICS.waiting]: 3, [FUNCTION_METRICS.faults]: 1 })
    publish.local.createBus('fleet-awareness-test')
    await publish.run()
    expect(idsOf(publish.delivered).toSorted()).toEqual(ids.toSorted())
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where a run is killed between the bus and the mark: the events come again under the same ids', async () => {
    await using publish = await publishFunction()
    const ids = await writeChanges(publish.db, await addHosts(publish.db.sql, 10))
    await using killed = publish.another((bus) => killedAfterPut(bus, publish.db))
    await expect(killed.run()).rejects.toThrow()
    expect(publish.delivered.length).toBeGreaterThan(0)
    expect(await waitingIds(publish.db)).toHaveLength(10)
    await publish.run()
    expect(new Set(idsOf(publish.delivered))).toEqual(new Set(ids))
    expect(await waitingIds(publish.db)).toEqual([])
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where two runs publish at once: each event is put once', async () => {
    await using publish = await publishFunction({ answerAfterMs: 5 })
    await using other = publish.another()
    const hosts = await addHosts(publish.db.sql, 300)
    const ids = [
      ...(await writeChanges(publish.db, hosts)),
      ...(await writeChanges(publish.db, hosts, 'reachable')),
    ]
    await using third = publish.another()
    const runs = await Promise.all([publish.run(), other.run(), third.run()])
    expect(runs.reduce((sum, { published }) => sum + published, 0)).toBe(600)
    expect(idsOf(publish.delivered).toSorted()).toEqual(ids.toSorted())
    expect(outOfOrder(publish.delivered)).toEqual([])
  })

  it('nothing is lost, and no later event of a host comes before an earlier one where an event is written before others and committed after they were published', async () => {
    await using publish = await publishFunction()
    const [slow, quick] = await addHosts(publish.db.sql, 2)
    const written = Promise.withResolvers<void>()
    const commit = Promise.withResolvers<void>()
    const late = publish.db.sql.begin(async (tx) => {
      await tx`
        insert into audit_events (id, correlation_id, actor_type, actor_id, action, occurred_at, resource_type, resource_id)
        values (${randomUUID()}, 'c', 'system', 'awareness-test-late', 'test.late', now(), 'host', ${slow ?? ''})`
      written.resolve()
      await commit.promise
    })
    await written.promise
    await writeChanges(publish.db, [quick as HostId])
    expect(await publish.run()).toMatchObject({ published: 1 })
    commit.resolve()
    await late
    expect(await publish.run()).toMatchObject({ published: 1 })
    await publish.db.sql`delete from audit_events where action = 'test.late'`
  })
})

/**
 * Ends the connection of the run as soon as the bus has answered. It does so once: a second call, whose answer comes
 * later, would end the connection of the next run.
 */
function killedAfterPut(bus: EventBus, { sql }: TestDatabase): EventBus {
  let killed: Promise<unknown> | undefined
  const kill = async (): Promise<void> => {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'awareness_publish' and datname = current_database()`
  }
  return {
    ...bus,
    put: async (events, signal) => {
      const faults = await bus.put(events, signal)
      killed ??= kill()
      await killed
      return faults
    },
  }
}
