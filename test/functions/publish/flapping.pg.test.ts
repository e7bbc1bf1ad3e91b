import { describe, expect, it } from 'vitest'
import { FAN_OUT_METRICS } from '../../../shared/domain/metrics.ts'
import { type FanOutFunction, fanOutFunction } from '../../support/functions/fan-out.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { type PublishFunction, publishFunction } from '../../support/functions/publish.ts'
import { addHosts } from '../../support/hosts.ts'
import { endMaintenance, startMaintenance } from '../../support/maintenance.ts'

const MINUTE_MS = 60_000

/** A fleet of one host, whose last change is as many minutes ago as it is said, in the time of the fan-out. */
async function flappingFleet(): Promise<
  AsyncDisposable & {
    readonly fanOut: FanOutFunction
    readonly publish: PublishFunction
    /** Probes the host once for each mark, two minutes apart, the last of them so many minutes ago. */
    readonly see: (drawn: string, lastMinutesAgo: number) => Promise<void>
  }
> {
  const fanOut = await fanOutFunction()
  const publish = await publishFunction({ on: fanOut.db })
  await fanOut.db.sql`update policy set failures_to_go_down = 1, hold_above_percent = 0`
  const hosts = await addHosts(fanOut.db.sql, 1)
  return {
    fanOut,
    publish,
    see: async (drawn, lastMinutesAgo) => {
      const last = fanOut.deps.now().getTime() - lastMinutesAgo * MINUTE_MS
      for (const [i, mark] of [...drawn].entries()) {
        const at = new Date(last - (drawn.length - 1 - i) * 2 * MINUTE_MS)
        await using probe = environment(fanOut.db, () => at)
        await invoke(probe, hosts, async () => (mark === '1' ? ANSWER : FAILURE))
      }
    },
    [Symbol.asyncDispose]: async () => {
      await publish[Symbol.asyncDispose]()
      await fanOut[Symbol.asyncDispose]()
    },
  }
}

const subjects = ({ digests }: PublishFunction): string[] => digests.map(({ subject }) => subject)

async function nextMinute(publish: PublishFunction): Promise<void> {
  publish.later(MINUTE_MS)
  await publish.run()
}

const flagsOf = ({ delivered }: PublishFunction) =>
  delivered.map(({ detail, ...event }) => [event['detail-type'].replace('host.', ''), detail.flapping])

const stops = ({ db }: FanOutFunction) => db.sql<{ detail: object }[]>`
  select detail from audit_events where action = 'host.flapping.stopped'`

describe('a flapping host', () => {
  it('a flapping host is told once as that, and its changes no more; on the bus is every one of them', async () => {
    await using fleet = await flappingFleet()
    await fleet.see('1', 20)
    await fleet.see('0', 18)
    await fleet.publish.run()
    await fleet.see('10', 14)
    await nextMinute(fleet.publish)
    await fleet.see('1010', 2)
    await nextMinute(fleet.publish)
    await nextMinute(fleet.publish)
    expect(subjects(fleet.publish)).toEqual(['[test] 1 host down: host-1', '[test] 1 host flapping: host-1'])
    expect(fleet.publish.digests[1]?.text).toContain(
      '  host-1  127.0.0.1:10001  4 changes in 60 min, last unreachable\n',
    )
    expect(flagsOf(fleet.publish)).toEqual([
      ['connectivity.checked', false],
      ['connectivity.checked', false],
      ['connectivity.checked', false],
      ['connectivity.checked', true],
      ['flapping.started', true],
      ...Array.from({ length: 4 }, () => ['connectivity.checked', true]),
    ])
  })

  it.each([
    ['10101', '[test] 1 host back, none down', 'reachable'],
    ['101010', '[test] 1 host down: host-1', 'unreachable'],
  ])(
    'a flapping host that did %s is told by how it ended up when it has been quiet, once',
    async (drawn, subject, status) => {
      await using fleet = await flappingFleet()
      await fleet.see(drawn, 29)
      await fleet.fanOut.run()
      expect(await stops(fleet.fanOut)).toHaveLength(0)
      expect(
        fleet.fanOut.output.lines.findLast((line) => FAN_OUT_METRICS.hostsFlapping in line),
      ).toMatchObject({
        [FAN_OUT_METRICS.hostsFlapping]: 1,
      })
      await fleet.publish.run()
      await fleet.fanOut.db.sql`update policy set flapping_quiet_minutes = 28`
      await fleet.fanOut.run()
      await fleet.fanOut.run()
      expect(await stops(fleet.fanOut)).toMatchObject([{ detail: { status } }])
      expect(
        fleet.fanOut.output.lines.findLast((line) => FAN_OUT_METRICS.hostsFlapping in line),
      ).toMatchObject({
        [FAN_OUT_METRICS.hostsFlapping]: 0,
      })
      await nextMinute(fleet.publish)
      await nextMinute(fleet.publish)
      expect(subjects(fleet.publish).slice(1)).toEqual([subject])
      expect(fleet.publish.digests[1]?.text).toContain('  after flapping\n')
      expect(flagsOf(fleet.publish).at(-1)).toEqual(['flapping.stopped', false])
    },
  )

  it('a flapping host that has stopped and goes down once is down', async () => {
    await using fleet = await flappingFleet()
    await fleet.see('10101', 31)
    await fleet.fanOut.run()
    await fleet.publish.run()
    await fleet.see('0', 0)
    await nextMinute(fleet.publish)
    expect(subjects(fleet.publish).at(-1)).toBe('[test] 1 host down: host-1')
    expect(await fleet.fanOut.db.sql`select from flapping_spells where stopped_at is null`).toHaveLength(0)
  })

  it('a flapping host stops where the policy knows no flapping any more', async () => {
    await using fleet = await flappingFleet()
    await fleet.see('1010', 1)
    await fleet.fanOut.db.sql`update policy set flapping_changes = 0`
    await fleet.fanOut.run()
    expect(await stops(fleet.fanOut)).toHaveLength(1)
  })

  it('a flapping host under maintenance is told as flapping when that ends', async () => {
    await using fleet = await flappingFleet()
    const at = new Date(fleet.fanOut.deps.now().getTime() - 30 * MINUTE_MS)
    await startMaintenance(fleet.fanOut.db, ['host-1'], { at })
    await fleet.see('10101', 5)
    await nextMinute(fleet.publish)
    expect(subjects(fleet.publish)).toEqual([])
    await endMaintenance(fleet.fanOut.db, ['host-1'], fleet.fanOut.deps.now())
    await nextMinute(fleet.publish)
    expect(subjects(fleet.publish)).toEqual(['[test] 1 host flapping: host-1'])
    expect(fleet.publish.digests[0]?.text).toMatch(/ {2}host-1 .* since \d\d:\d\d UTC, last reachable\n/)
  })

  it('a flapping host that two runs of the fan-out end at once is reported once', async () => {
    await using fleet = await flappingFleet()
    await fleet.see('1010', 40)
    await Promise.all([fleet.fanOut.run(), fleet.fanOut.run()])
    expect(await stops(fleet.fanOut)).toHaveLength(1)
  })
})
