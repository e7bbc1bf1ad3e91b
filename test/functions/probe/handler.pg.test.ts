import { describe, expect, it } from 'vitest'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import { PROBE_METRICS } from '../../../shared/domain/metrics.ts'
import { ANSWER, environment, invoke, lambdaContext } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { throughLine, withLatency } from '../../support/postgres/latency-proxy.ts'
import { startLine } from '../../support/postgres/line.ts'
import { startSshServer } from '../../support/servers/ssh-server.ts'

describe('the probe function', () => {
  it('the probe function probes the hosts of its event and says in log and metrics what it saw', async () => {
    await using db = await freshDatabase()
    await using server = await startSshServer()
    const now = new Date('2026-01-01T10:00:07Z')
    await using deps = environment(db, () => now)
    const hosts = await addHosts(db.sql, 2)
    await db.sql`update hosts set port = ${server.port} where id = ${hosts[0] ?? ''}`
    await db.sql`update hosts set port = 1 where id = ${hosts[1] ?? ''}`

    const event = { hostIds: hosts, scheduledTime: '2026-01-01T10:00:00Z', cause: 'schedule' }
    const { outcomes } = await createProbeHandler(deps)(event, lambdaContext())

    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['probed', 'probed'])
    expect(
      await db.sql`select reachability_status, last_error_type, ssh_identification from host_liveness order by 1`,
    ).toEqual([
      { reachability_status: 'reachable', last_error_type: null, ssh_identification: 'SSH-2.0-test' },
      { reachability_status: 'unknown', last_error_type: 'connection_refused', ssh_identification: null },
    ])
    const emf = deps.output.lines.find((line) => '_aws' in line)
    expect(emf).toMatchObject({
      service: 'awareness-probe',
      stage: 'test',
      [PROBE_METRICS.probes]: 2,
      [PROBE_METRICS.successes]: 1,
      [PROBE_METRICS.failures]: 1,
      [PROBE_METRICS.transitions]: 1,
      [PROBE_METRICS.lagMs]: 7000,
    })
    const changed = deps.output.lines.filter(({ message }) => message === 'host changed')
    expect(changed).toMatchObject([{ hostId: hosts[0], from: 'unknown', to: 'reachable', stage: 'test' }])
  })

  it.each([
    ['nothing', undefined],
    ['no hosts', { hostIds: [] }],
    ['an id that is not a UUID', { hostIds: ['web-01'] }],
    [
      'more hosts than one invocation may take',
      { hostIds: Array(501).fill('00000000-0000-4000-8000-000000000000') },
    ],
    [
      'a time that is not a time',
      { hostIds: ['00000000-0000-4000-8000-000000000000'], scheduledTime: 'soon' },
    ],
  ])('the probe function refuses %s, and says so in its log', async (_, event) => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    await expect(createProbeHandler(deps)(event, lambdaContext())).rejects.toThrow()
    expect(deps.output.lines).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: 'invocation failed' }),
    )
    expect(deps.output.lines).toContainEqual(expect.objectContaining({ Faults: 1 }))
  })

  it('the probe function takes a time that Scheduler did not substitute as none', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    const event = { hostIds: hosts, scheduledTime: '<aws.scheduler.scheduled-time>' }
    for (let i = 0; i < 2; i++) {
      const { outcomes } = await createProbeHandler(deps)(event, lambdaContext())
      expect(outcomes[0]?.outcome).toBe('probed')
    }
  })

  it('the probe function fails, for Lambda to see, while the database is away, and probes again when it is back', async () => {
    await using db = await freshDatabase()
    await using line = await startLine(db.owner)
    await using deps = environment(throughLine(db, line.port))
    const hosts = await addHosts(db.sql, 1)
    const handler = createProbeHandler(deps)
    await handler({ hostIds: hosts }, lambdaContext())

    await line.cut()
    await expect(handler({ hostIds: hosts }, lambdaContext())).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(deps.output.lines).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: 'invocation failed' }),
    )

    await line.restore()
    const { outcomes } = await handler({ hostIds: hosts }, lambdaContext())
    expect(outcomes[0]?.outcome).toBe('probed')
  })

  it('the probe function does not fail when the server ended its connection between two invocations', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    const handler = createProbeHandler(deps)
    await handler({ hostIds: hosts }, lambdaContext())
    await db.sql`
      select pg_terminate_backend(pid) from pg_stat_activity where usename = 'awareness_probe'
      and datname = current_database()`
    const { outcomes } = await handler({ hostIds: hosts }, lambdaContext())
    expect(outcomes[0]?.outcome).toBe('probed')
  })
})

describe('the database', () => {
  it.each([1, 200])(
    'the database is asked at most four times by a warm invocation of %i hosts',
    async (count) => {
      await using db = await freshDatabase()
      await using proxy = await withLatency(db)
      await using deps = environment(proxy.database)
      const hosts = await addHosts(db.sql, count)
      await invoke(deps, hosts, async () => ANSWER)
      proxy.reset()
      await invoke(deps, hosts, async () => ANSWER)
      expect(proxy.roundTrips()).toBeLessThanOrEqual(4)
      expect(proxy.roundTrips()).toBeGreaterThanOrEqual(3)
    },
  )
})
