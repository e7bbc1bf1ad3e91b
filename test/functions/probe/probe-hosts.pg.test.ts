import { describe, expect, it } from 'vitest'
import { parseHostId } from '../../../shared/domain/ids.ts'
import { ANSWER, environment, FAILURE, invoke, locksHeld } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const outcomesOf = (outcomes: readonly { outcome: string }[]) => outcomes.map(({ outcome }) => outcome)

describe('the in-flight guard', () => {
  it('the in-flight guard answers in_flight for a host that is being probed, without a second probe, and leaves no lock', async () => {
    await using db = await freshDatabase()
    await using first = environment(db)
    await using second = environment(db)
    const hosts = await addHosts(db.sql, 1)
    const started = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<typeof ANSWER>()

    const inFlight = invoke(first, hosts, () => {
      started.resolve()
      return answer.promise
    })
    await started.promise
    let calls = 0
    const meanwhile = await invoke(second, hosts, async () => {
      calls++
      return FAILURE
    })
    expect(outcomesOf(meanwhile)).toEqual(['in_flight'])
    expect(calls).toBe(0)
    expect(await locksHeld(db.sql)).toBe(1)
    expect(await db.sql`select host_id from host_liveness`).toEqual([])

    answer.resolve(ANSWER)
    expect(outcomesOf(await inFlight)).toEqual(['probed'])
    expect(await locksHeld(db.sql)).toBe(0)
  })

  it('the in-flight guard lets a hundred invocations of different hosts run side by side', async () => {
    await using db = await freshDatabase()
    const hosts = await addHosts(db.sql, 100)
    await using stack = new AsyncDisposableStack()
    const all = Promise.withResolvers<void>()
    let running = 0
    const invocations = hosts.map((host) =>
      invoke(stack.use(environment(db)), [host], async () => {
        // Nobody goes on before everybody is probing: one that waited for another would never get here.
        if (++running === hosts.length) all.resolve()
        await all.promise
        return ANSWER
      }),
    )
    const outcomes = (await Promise.all(invocations)).flat()
    expect(outcomesOf(outcomes)).toEqual(Array(100).fill('probed'))
    expect(await locksHeld(db.sql)).toBe(0)
  })

  it('the in-flight guard loses no failure of twenty invocations in quick succession, and reports one change', async () => {
    await using db = await freshDatabase()
    const hosts = await addHosts(db.sql, 1)
    const untilProbed = async (): Promise<void> => {
      await using deps = environment(db)
      for (;;) {
        const [outcome] = await invoke(deps, hosts, async () => FAILURE)
        if (outcome?.outcome === 'probed') return
        expect(outcome?.outcome).toBe('in_flight')
      }
    }
    await Promise.all(Array.from({ length: 20 }, untilProbed))
    expect(await db.sql`select reachability_status, consecutive_failures from host_liveness`).toEqual([
      { reachability_status: 'unreachable', consecutive_failures: 20 },
    ])
    expect(await db.sql`select detail ->> 'new_status' as became from audit_events`).toEqual([
      { became: 'unreachable' },
    ])
  })
})

describe('what Scheduler delivers twice', () => {
  it('what Scheduler delivers twice is probed once: an occurrence that was served, or an older one, is a duplicate', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    const at = (time: string) => invoke(deps, hosts, async () => ANSWER, new Date(`2026-01-01T${time}Z`))
    expect(outcomesOf(await at('10:05:00'))).toEqual(['probed'])
    expect(outcomesOf(await at('10:05:00'))).toEqual(['duplicate'])
    expect(outcomesOf(await at('10:00:00'))).toEqual(['duplicate'])
    expect(outcomesOf(await at('10:10:00'))).toEqual(['probed'])
  })

  it('a time far ahead, which was never Scheduler’s, makes no later occurrence a duplicate', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db, () => new Date('2026-01-01T10:05:03Z'))
    const hosts = await addHosts(db.sql, 1)
    const at = (time: string) => invoke(deps, hosts, async () => ANSWER, new Date(time))
    expect(outcomesOf(await at('9998-12-31T23:59:59Z'))).toEqual(['probed'])
    expect(outcomesOf(await at('2026-01-01T10:05:00Z'))).toEqual(['probed'])
    expect(outcomesOf(await at('2026-01-01T10:05:00Z'))).toEqual(['duplicate'])
  })

  it('what Scheduler delivers twice is told from a probe that nobody scheduled, which is always made', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    await invoke(deps, hosts, async () => ANSWER, new Date('2026-01-01T10:05:00Z'))
    expect(outcomesOf(await invoke(deps, hosts, async () => ANSWER))).toEqual(['probed'])
    expect(await db.sql`select last_scheduled_for from host_liveness`).toEqual([
      { last_scheduled_for: new Date('2026-01-01T10:05:00Z') },
    ])
  })
})

describe('a host that is not as it should be', () => {
  it('a host is reported as unknown when it was never there or has been deleted, and the others are probed', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const [alive, deleted] = await addHosts(db.sql, 2)
    if (alive === undefined || deleted === undefined) throw new Error('two hosts were added')
    const stranger = parseHostId('00000000-0000-4000-8000-000000000000')
    await db.sql`update hosts set deleted_at = now() where id = ${deleted}`
    const outcomes = await invoke(deps, [stranger, deleted, alive], async () => ANSWER)
    expect(Object.fromEntries(outcomes.map(({ hostId, outcome }) => [hostId, outcome]))).toEqual({
      [alive]: 'probed',
      [deleted]: 'unknown_host',
      [stranger]: 'unknown_host',
    })
    expect(await db.sql`select host_id from host_liveness`).toEqual([{ host_id: alive }])
  })

  it('a host may be deleted while it is probed: the others are saved', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 2)
    await invoke(deps, hosts, async () => {
      await db.sql`delete from hosts where id = ${hosts[0] ?? ''}`
      return ANSWER
    })
    expect(await db.sql`select host_id from host_liveness`).toEqual([{ host_id: hosts[1] }])
    expect(await db.sql`select resource_id from audit_events`).toEqual([{ resource_id: hosts[1] }])
  })

  it('a host is not held to account when the prober is at fault', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    await invoke(deps, hosts, async () => ANSWER)
    const known = () => db.sql`
      select reachability_status, consecutive_failures, consecutive_successes, last_probe_at, last_response_ms,
             last_state_change_at, last_error_type, ssh_identification, last_scheduled_for
      from host_liveness`
    const before = await known()
    const broken = async () => ({ kind: 'inconclusive' as const, reason: 'EMFILE' })
    for (let i = 0; i < 5; i++)
      expect(outcomesOf(await invoke(deps, hosts, broken))).toEqual(['inconclusive'])
    expect(await known()).toEqual(before)
  })
})

describe('what is kept', () => {
  it('the time of the last attempt is kept, with the reason why it said nothing, until a probe says something', async () => {
    await using db = await freshDatabase()
    let now = new Date('2026-01-01T10:00:00Z')
    await using deps = environment(db, () => now)
    const hosts = await addHosts(db.sql, 1)
    const attempt = async () =>
      (
        await db.sql`
          select last_attempt_at as at, last_inconclusive_reason as reason, last_probe_at as probed_at
          from host_liveness`
      )[0]
    const broken = async () => ({ kind: 'inconclusive' as const, reason: 'EMFILE' })
    await invoke(deps, hosts, broken)
    expect(await attempt()).toEqual({ at: now, reason: 'EMFILE', probed_at: null })
    const probedAt = new Date('2026-01-01T10:05:00Z')
    now = probedAt
    await invoke(deps, hosts, async () => ANSWER)
    expect(await attempt()).toEqual({ at: now, reason: null, probed_at: probedAt })
    now = new Date('2026-01-01T10:10:00Z')
    await invoke(deps, hosts, broken)
    expect(await attempt()).toEqual({ at: now, reason: 'EMFILE', probed_at: probedAt })
  })

  it('the time of the last change is kept, and other probes do not move it', async () => {
    await using db = await freshDatabase()
    let now = new Date('2026-01-01T10:00:00Z')
    await using deps = environment(db, () => now)
    const hosts = await addHosts(db.sql, 1)
    const changedAt = async () => (await db.sql`select last_state_change_at as at from host_liveness`)[0]?.at
    await invoke(deps, hosts, async () => FAILURE)
    expect(await changedAt()).toBeNull()
    await invoke(deps, hosts, async () => ANSWER)
    expect(await changedAt()).toEqual(now)
    now = new Date('2026-01-01T11:00:00Z')
    await invoke(deps, hosts, async () => ANSWER)
    await invoke(deps, hosts, async () => FAILURE)
    expect(await changedAt()).toEqual(new Date('2026-01-01T10:00:00Z'))
  })

  it('an answer within 0 ms is kept as 0, and none as null, with the last identification', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    const row = async () =>
      (await db.sql`select last_response_ms, last_error_type, ssh_identification from host_liveness`)[0]
    await invoke(deps, hosts, async () => ANSWER)
    expect(await row()).toEqual({
      last_response_ms: 0,
      last_error_type: null,
      ssh_identification: 'SSH-2.0-test',
    })
    await invoke(deps, hosts, async () => FAILURE)
    expect(await row()).toEqual({
      last_response_ms: null,
      last_error_type: 'connection_refused',
      ssh_identification: 'SSH-2.0-test',
    })
  })

  it('state and event are kept together or neither is', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    await db.sql`alter table audit_events add constraint refuse check (false)`
    await expect(invoke(deps, hosts, async () => ANSWER)).rejects.toThrow(/refuse/)
    expect(await db.sql`select host_id from host_liveness`).toEqual([])
    expect(await locksHeld(db.sql)).toBe(0)
  })
})
