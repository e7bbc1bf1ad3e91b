import { GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler'
import { describe, expect, it, vi } from 'vitest'
import { ProbeRequest } from '../../../shared/contracts/probe-request.ts'
import { FAN_OUT_METRICS, FUNCTION_METRICS } from '../../../shared/domain/metrics.ts'
import { type FanOutFunction, fanOutFunction } from '../../support/functions/fan-out.ts'
import { ANSWER, environment, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { TARGET } from '../../support/servers/scheduler-on-loopback.ts'

const MIDNIGHT = { time: '2030-01-01T00:00:00Z' }

async function scheduleNames({ local }: FanOutFunction): Promise<string[]> {
  const { Schedules = [] } = await local.client.send(
    new ListSchedulesCommand({ GroupName: TARGET.groupName }),
  )
  return Schedules.flatMap(({ Name }) => Name ?? []).sort()
}

const getSchedule = ({ local }: FanOutFunction, name: string) =>
  local.client.send(new GetScheduleCommand({ Name: name, GroupName: TARGET.groupName }))

const metricsOf = ({ output }: FanOutFunction): Record<string, unknown> | undefined =>
  output.lines.findLast((line) => '_aws' in line)

describe('the fan-out function', () => {
  it('the fan-out function gives each live host a schedule of its own, and remembers it', async () => {
    await using fanOut = await fanOutFunction()
    const hosts = await addHosts(fanOut.db.sql, 7)
    const { schedules } = await fanOut.run()
    expect(schedules).toEqual({ wanted: 7, applied: 7, put: 7, removed: 0, leftOver: 0 })
    expect(await scheduleNames(fanOut)).toEqual(hosts.map((id) => `h-${id}`).sort())
    const remembered = await fanOut.db
      .sql`select name from probe_schedules where spec_hash <> '' order by name`
    expect(remembered.map(({ name }) => name)).toEqual(hosts.map((id) => `h-${id}`).sort())
  })

  it('the fan-out function makes no API call and writes nothing for 10,000 hosts that are as they were', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 10_000)
    await fanOut.db.sql`update policy set hosts_per_schedule = 100`
    await fanOut.run()
    fanOut.callsSince()
    const versions = () => fanOut.db.sql`select name, xmin::text from probe_schedules order by name`
    const before = await versions()
    expect(before.length).toBeGreaterThan(100)
    const { schedules } = await fanOut.run()
    expect(schedules).toMatchObject({ applied: schedules.wanted, put: 0, removed: 0, leftOver: 0 })
    expect(fanOut.callsSince()).toEqual([])
    expect(await versions()).toEqual(before)
  })

  it('the fan-out function makes no API call for a host that is renamed or moves to another address', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 3)
    await fanOut.run()
    fanOut.callsSince()
    await fanOut.db.sql`
      update hosts set hostname = 'new-' || hostname, ip_address = '10.0.0.9', port = 2222, updated_at = now()`
    await fanOut.run()
    expect(fanOut.callsSince()).toEqual([])
  })

  it('the fan-out function removes the schedules of hosts that are marked as deleted, and of those that are gone', async () => {
    await using fanOut = await fanOutFunction()
    const [marked, gone, kept] = await addHosts(fanOut.db.sql, 3)
    await fanOut.run()
    await fanOut.db.sql`update hosts set deleted_at = now() where id = ${marked ?? ''}`
    await fanOut.db.sql`delete from hosts where id = ${gone ?? ''}`
    expect((await fanOut.run()).schedules).toMatchObject({ wanted: 1, removed: 2 })
    expect(await scheduleNames(fanOut)).toEqual([`h-${kept}`])
    expect(await fanOut.db.sql`select name from probe_schedules`).toEqual([{ name: `h-${kept}` }])
  })

  it('the fan-out function follows the policy as soon as an operator changes it', async () => {
    await using fanOut = await fanOutFunction()
    const [host] = await addHosts(fanOut.db.sql, 1)
    await fanOut.run()
    await fanOut.db.sql`update policy set probe_interval_seconds = 3600`
    await fanOut.run()
    const { ScheduleExpression = '' } = await getSchedule(fanOut, `h-${host}`)
    const [, minutes] = /^rate\((\d+) minutes\)$/.exec(ScheduleExpression) ?? []
    expect(Number(minutes)).toBeGreaterThanOrEqual(48)
    expect(Number(minutes)).toBeLessThanOrEqual(72)
    await fanOut.db.sql`update policy set hosts_per_schedule = 500`
    await fanOut.run()
    expect(await scheduleNames(fanOut)).toEqual([`b-${minutes}m-0-0`])
  })

  it('the fan-out function has Scheduler send what the probe function takes', async () => {
    await using fanOut = await fanOutFunction({ speed: 600 })
    const hosts = await addHosts(fanOut.db.sql, 5)
    await fanOut.db.sql`update policy set hosts_per_schedule = 500, probe_interval_seconds = 60`
    await fanOut.run()
    await vi.waitFor(() => expect(fanOut.local.deliveries.length).toBeGreaterThan(0), { timeout: 30_000 })
    const request = ProbeRequest.parse(fanOut.local.deliveries[0]?.payload)
    expect([...request.hostIds].sort()).toEqual([...hosts].sort())
    expect(request.cause).toBe('schedule')
    expect(request.scheduledTime?.getUTCMilliseconds()).toBe(0)
  })

  it('the fan-out function puts back a schedule that was deleted by hand, and removes an orphan, in the first run of the day', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 120)
    await fanOut.run()
    const names = await scheduleNames(fanOut)
    const deleted = names[0] ?? ''
    const options = { signal: new AbortController().signal }
    await fanOut.deps.schedules.remove(deleted, options)
    const orphan = { name: 'b-9m-3-5', periodMinutes: 9, phaseMs: 0, hostIds: [] }
    await fanOut.deps.schedules.put(orphan, { ...options, startAtMs: Date.UTC(2099, 0), exists: false })

    expect(await fanOut.run()).toMatchObject({ sweep: null, schedules: { put: 0, removed: 0 } })
    expect(await fanOut.run(MIDNIGHT)).toMatchObject({
      sweep: { orphans: 1, missing: 1, complete: true },
      schedules: { put: 1, removed: 1, leftOver: 0 },
    })
    await expect(getSchedule(fanOut, orphan.name)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    expect(await getSchedule(fanOut, deleted)).toMatchObject({ State: 'ENABLED' })
    expect(await fanOut.run({ ...MIDNIGHT, sweep: false })).toMatchObject({ sweep: null })
    expect(await fanOut.run({ sweep: true })).toMatchObject({ sweep: { orphans: 0, missing: 0 } })
  })

  it('the fan-out function measures the fleet: hosts by state, and how late the latest probe is', async () => {
    await using fanOut = await fanOutFunction()
    const { sql } = fanOut.db
    const [up, down, , left] = await addHosts(sql, 4)
    const now = fanOut.local.now()
    const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)
    for (const [host, status, probedAt] of [
      [up, 'reachable', ago(1)],
      [down, 'unreachable', ago(100)],
      [left, 'reachable', ago(10_000)],
    ] as const) {
      await sql`
        insert into host_liveness
          (host_id, reachability_status, last_probe_at, consecutive_failures, consecutive_successes)
        values (${host ?? ''}, ${status}, ${probedAt}, 0, 0)`
    }
    await sql`update hosts set deleted_at = now() where id = ${left ?? ''}`
    const { fleet } = await fanOut.run()
    expect(fleet).toMatchObject({ unknown: 1, reachable: 1, unreachable: 1 })
    // 100 minutes less a period of 4 to 6.
    expect(fleet.oldestOverdueSeconds).toBeGreaterThanOrEqual(94 * 60)
    expect(fleet.oldestOverdueSeconds).toBeLessThanOrEqual(97 * 60)
    expect(metricsOf(fanOut)).toMatchObject({
      service: 'awareness-fan-out',
      stage: 'test',
      [FAN_OUT_METRICS.hostsUnknown]: 1,
      [FAN_OUT_METRICS.hostsReachable]: 1,
      [FAN_OUT_METRICS.hostsUnreachable]: 1,
      [FAN_OUT_METRICS.oldestOverdueSeconds]: fleet.oldestOverdueSeconds,
      [FAN_OUT_METRICS.schedulesWanted]: 3,
      [FAN_OUT_METRICS.schedulesApplied]: 3,
      [FAN_OUT_METRICS.schedulesLeftOver]: 0,
    })
  })

  it('the fan-out function counts a host that was never probed as waiting since it joined', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 1)
    await fanOut.db.sql`update policy set installed_at = now() - interval '1 day'`
    await fanOut.db.sql`update hosts set created_at = now() - interval '1 hour'`
    const { fleet } = await fanOut.run()
    expect(fleet.oldestOverdueSeconds).toBeGreaterThanOrEqual(54 * 60)
    expect(fleet.oldestOverdueSeconds).toBeLessThanOrEqual(57 * 60)
  })

  it('the fan-out function counts the hosts of a table that existed before as waiting since the system was installed', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 1)
    await fanOut.db.sql`update hosts set created_at = now() - interval '1 year'`
    // The database of a test is a copy of one that may be many minutes older.
    await fanOut.db.sql`update policy set installed_at = now()`
    const { fleet: atFirst } = await fanOut.run()
    expect(atFirst.oldestOverdueSeconds).toBe(0)
    expect(atFirst.secondsWithoutProbe).toBeLessThan(60 * 60)
    await fanOut.db.sql`update policy set installed_at = now() - interval '1 hour'`
    const { fleet } = await fanOut.run()
    expect(fleet.oldestOverdueSeconds).toBeLessThanOrEqual(57 * 60)
    expect(fleet.secondsWithoutProbe).toBeGreaterThanOrEqual(60 * 60)
  })

  it('the fan-out function counts a host whose address may not be probed apart, and does not wait for its probe', async () => {
    await using fanOut = await fanOutFunction()
    const { sql } = fanOut.db
    const hosts = await addHosts(sql, 2)
    await sql`update hosts set created_at = now() - interval '1 hour'`
    await sql`update policy set allowed_addresses = default`
    await using probe = environment(fanOut.db)
    await invoke(probe, hosts, async () => ANSWER)
    await sql`update hosts set ip_address = '192.0.2.1' where id = ${hosts[1] ?? ''}`
    const { fleet } = await fanOut.run()
    expect(fleet).toEqual({
      unknown: 2,
      reachable: 0,
      unreachable: 0,
      inMaintenance: 0,
      unprobeable: 1,
      oldestOverdueSeconds: 0,
      secondsWithoutProbe: expect.any(Number),
    })
    expect(metricsOf(fanOut)).toMatchObject({ [FAN_OUT_METRICS.hostsUnprobeable]: 1 })
    // A prober that is short of descriptors could probe the host, so its probe is late.
    await invoke(probe, hosts, async () => ({ kind: 'inconclusive', reason: 'EMFILE' }))
    await sql`update host_liveness set restarted_at = now() - interval '1 hour'`
    const later = await fanOut.run()
    expect(later.fleet).toMatchObject({ unprobeable: 1 })
    expect(later.fleet.oldestOverdueSeconds).toBeGreaterThanOrEqual(54 * 60)
  })

  it('the fan-out function publishes its gauges also when there are no hosts', async () => {
    await using fanOut = await fanOutFunction()
    await fanOut.run({})
    expect(metricsOf(fanOut)).toMatchObject({
      [FAN_OUT_METRICS.hostsReachable]: 0,
      [FAN_OUT_METRICS.schedulesWanted]: 0,
      [FAN_OUT_METRICS.oldestOverdueSeconds]: 0,
      [FAN_OUT_METRICS.secondsWithoutProbe]: 0,
    })
  })
})

describe('when Scheduler does not do as it is asked', () => {
  it('a change that Scheduler throttles is left for the next minute, and is no fault', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 2)
    fanOut.local.faults.next('ThrottlingException', 6)
    expect((await fanOut.run()).schedules).toMatchObject({ put: 0, leftOver: 2 })
    expect((await fanOut.run()).schedules).toMatchObject({ put: 2, leftOver: 0 })
    expect(fanOut.output.lines.filter(({ level }) => level === 'ERROR')).toEqual([])
  })

  it('a schedule that somebody else is changing is left for the next minute', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 1)
    await fanOut.run()
    await fanOut.db.sql`update policy set probe_interval_seconds = 3600`
    fanOut.local.faults.next('ConflictException', 1, 'UpdateSchedule')
    expect((await fanOut.run()).schedules).toMatchObject({ applied: 0, leftOver: 1 })
    expect((await fanOut.run()).schedules).toMatchObject({ applied: 1, leftOver: 0 })
  })

  it('a change that Scheduler refuses fails the run at its end: the rest is done, the gauges are out, the log says which', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 30)
    fanOut.local.faults.next('ServiceQuotaExceededException', 1)
    await expect(fanOut.run()).rejects.toMatchObject({
      name: 'SchedulesRefusedError',
      message: expect.stringMatching(/^refused: h-/),
      cause: { name: 'ServiceQuotaExceededException' },
    })
    expect(metricsOf(fanOut)).toMatchObject({
      [FAN_OUT_METRICS.hostsUnknown]: 30,
      [FAN_OUT_METRICS.schedulesApplied]: 29,
      [FAN_OUT_METRICS.schedulesRefused]: 1,
      [FUNCTION_METRICS.faults]: 1,
    })
    expect(fanOut.output.lines).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: 'schedule refused' }),
    )
    expect((await fanOut.run()).schedules).toMatchObject({ applied: 30, put: 1 })
  })

  it('a change that was done, but whose answer was lost, is found done by the next run', async () => {
    await using fanOut = await fanOutFunction()
    const [host] = await addHosts(fanOut.db.sql, 1)
    await fanOut.run()
    await fanOut.db.sql`update hosts set deleted_at = now()`
    fanOut.local.faults.next('drop_answer', 1, 'DeleteSchedule')
    await fanOut.run()
    expect(await scheduleNames(fanOut)).toEqual([])
    await fanOut.db.sql`update hosts set deleted_at = null`
    await fanOut.run()
    expect(await scheduleNames(fanOut)).toEqual([`h-${host}`])
  })

  it('an event that is none of the fan-out’s own is refused, and nothing is called', async () => {
    await using fanOut = await fanOutFunction()
    await addHosts(fanOut.db.sql, 1)
    await expect(fanOut.run({ sweep: 'yes' })).rejects.toThrow()
    expect(fanOut.callsSince()).toEqual([])
  })
})
