import { describe, expect, it } from 'vitest'
import { startMaintenance } from '../../support/maintenance.ts'
import { type PlayedFleet, playedFleet } from './played-fleet.ts'

/** The hosts have all answered by then. */
const QUIET = 8

async function outage(fleet: PlayedFleet, minutes: number): Promise<void> {
  await fleet.playUntil(QUIET)
  fleet.isNetworkAway = true
  await fleet.playUntil(QUIET + minutes)
}

type Report = Awaited<ReturnType<PlayedFleet['reported']>>[number]

/** What was reported since the outage began. */
async function since(fleet: PlayedFleet): Promise<Report[]> {
  return (await fleet.reported()).filter(({ minute }) => minute >= QUIET)
}
const named = (reports: readonly Report[], what: string): Report[] =>
  reports.filter((each) => each.what === what)

const FLEETS = [
  ['of 2,000 hosts', { hosts: 2_000, cadenceMinutes: 5, hostsPerSchedule: 50 }],
  ['of 60 hosts in one bucket each minute', { hosts: 60, cadenceMinutes: 1, hostsPerSchedule: 500 }],
  ['of 60 hosts each minute', { hosts: 60, cadenceMinutes: 1, hostsPerSchedule: 1 }],
  ['of three', { hosts: 3, cadenceMinutes: 5, hostsPerSchedule: 1 }],
  ['of three in one bucket', { hosts: 3, cadenceMinutes: 5, hostsPerSchedule: 500 }],
  ['of three each minute', { hosts: 3, cadenceMinutes: 1, hostsPerSchedule: 1 }],
  ['of two', { hosts: 2, cadenceMinutes: 5, hostsPerSchedule: 1 }],
] as const

describe.each(FLEETS)('the network of the prober is away from a fleet %s', (_, options) => {
  it.each([2, 10])('a network that is away for %s minutes: nobody is called down', async (minutes) => {
    await using fleet = await playedFleet(options)
    await outage(fleet, minutes)
    fleet.isNetworkAway = false
    await fleet.playUntil(QUIET + minutes + 12)
    expect(await fleet.count()).toEqual({ reachable: options.hosts, unreachable: 0, unknown: 0 })
    const reports = await since(fleet)
    expect(named(reports, 'host down')).toEqual([])
    const told = reports.map(({ what, reason }) => [what, what === 'prober.trusted' ? reason : ''])
    // A fleet of few hosts may not have been probed in two minutes.
    if (named(reports, 'prober.suspect').length === 0) expect([minutes, told]).toEqual([2, []])
    else
      expect(told).toEqual([
        ['prober.suspect', ''],
        ['prober.trusted', 'recovered'],
      ])
  })

  it('a network that is away for 40 minutes: all are called down after the hold, as each is probed next, and all come back', async () => {
    await using fleet = await playedFleet(options)
    await outage(fleet, 40)
    expect(await fleet.count()).toEqual({ reachable: 0, unreachable: options.hosts, unknown: 0 })
    fleet.isNetworkAway = false
    await fleet.playUntil(QUIET + 40 + 12)
    expect(await fleet.count()).toEqual({ reachable: options.hosts, unreachable: 0, unknown: 0 })

    const reports = await since(fleet)
    const [suspect, ...others] = named(reports, 'prober.suspect')
    const [trusted, ...more] = named(reports, 'prober.trusted')
    expect([others, more]).toEqual([[], []])
    expect(trusted?.reason).toBe('held_long_enough')
    const heldFor = (trusted?.minute ?? 0) - (suspect?.minute ?? 0)
    expect(heldFor).toBeGreaterThanOrEqual(15)
    expect(heldFor).toBeLessThan(16.1)
    const downs = named(reports, 'host down')
    expect(downs).toHaveLength(options.hosts)
    for (const { minute } of downs) {
      expect(minute).toBeGreaterThanOrEqual((suspect?.minute ?? 0) + 15)
      expect(minute).toBeLessThanOrEqual((trusted?.minute ?? 0) + 1.2 * options.cadenceMinutes + 1)
    }
    expect(named(reports, 'host up')).toHaveLength(options.hosts)
  })
})

describe('hosts that are really down', () => {
  it('hosts that are really down, 30 % of 2,000, are reported one by one, and the prober is trusted', async () => {
    await using fleet = await playedFleet({ hosts: 2_000, cadenceMinutes: 5, hostsPerSchedule: 50 })
    await fleet.playUntil(QUIET)
    for (const id of fleet.hostIds.slice(0, 600)) fleet.dead.add(id)
    await fleet.playUntil(QUIET + 8)
    const reports = await since(fleet)
    expect(named(reports, 'host down')).toHaveLength(600)
    expect(reports).toHaveLength(600)
    expect(await fleet.count()).toEqual({ reachable: 1_400, unreachable: 600, unknown: 0 })
  })

  it('hosts that are really down in a small fleet are reported without delay where another one answers', async () => {
    await using fleet = await playedFleet({ hosts: 3, cadenceMinutes: 5, hostsPerSchedule: 1 })
    await fleet.playUntil(QUIET)
    for (const id of fleet.hostIds.slice(0, 2)) fleet.dead.add(id)
    await fleet.playUntil(QUIET + 8)
    expect((await since(fleet)).map(({ what }) => what)).toEqual(['host down', 'host down'])
  })

  it('hosts that are really down, 60 % of 2,000, are reported after the hold, and the prober is not suspected again', async () => {
    await using fleet = await playedFleet({ hosts: 2_000, cadenceMinutes: 5, hostsPerSchedule: 50 })
    await fleet.playUntil(QUIET)
    for (const id of fleet.hostIds.slice(0, 1_200)) fleet.dead.add(id)
    await fleet.playUntil(QUIET + 40)
    const reports = await since(fleet)
    expect(
      reports.filter(({ what }) => what !== 'host down').map(({ what, reason }) => [what, reason]),
    ).toEqual([
      ['prober.suspect', 'share'],
      ['prober.trusted', 'held_long_enough'],
    ])
    expect(await fleet.count()).toEqual({ reachable: 800, unreachable: 1_200, unknown: 0 })
  })
})

describe('a prober whose network is away', () => {
  it('a prober whose network is away calls all hosts down at once where the hold is turned off', async () => {
    await using fleet = await playedFleet({ hosts: 60, cadenceMinutes: 5, hostsPerSchedule: 1 })
    await fleet.db.sql`update policy set hold_above_percent = 0`
    await outage(fleet, 8)
    expect((await since(fleet)).map(({ what }) => what)).toEqual(Array(60).fill('host down'))
  })

  it('a prober whose network is away calls no host down while the fan-out is frozen, for as long as a hold may last', async () => {
    await using fleet = await playedFleet({ hosts: 60, cadenceMinutes: 1, hostsPerSchedule: 1 })
    await fleet.playUntil(QUIET)
    fleet.isFanOutFrozen = true
    await outage(fleet, 14)
    const reports = await since(fleet)
    expect(reports.map(({ what }) => what)).toEqual(['prober.suspect'])

    await fleet.playUntil(QUIET + 20)
    expect((await fleet.count()).unreachable).toBe(60)
    fleet.isFanOutFrozen = false
    await fleet.playUntil(QUIET + 22)
    const [trusted, ...more] = named(await since(fleet), 'prober.trusted')
    expect([trusted?.reason, more]).toEqual(['held_long_enough', []])
    fleet.isNetworkAway = false
    await fleet.playUntil(QUIET + 30)
    expect(await fleet.count()).toEqual({ reachable: 60, unreachable: 0, unknown: 0 })
    expect(named(await since(fleet), 'prober.suspect')).toHaveLength(1)
  })

  it('a prober whose network is away calls no host down where nothing is confirmed, by the share alone', async () => {
    await using fleet = await playedFleet({ hosts: 60, cadenceMinutes: 5, hostsPerSchedule: 1 })
    await fleet.db.sql`update policy set confirm_after_seconds = 0`
    await outage(fleet, 10)
    fleet.isNetworkAway = false
    await fleet.playUntil(QUIET + 24)
    const told = (await since(fleet)).map(({ what, reason }) => [what, reason])
    expect(told).toEqual([
      ['prober.suspect', 'share'],
      ['prober.trusted', 'recovered'],
    ])
  })
})

describe('hosts under maintenance', () => {
  it('hosts under maintenance that are all restarted make nobody suspect the prober', async () => {
    await using fleet = await playedFleet({ hosts: 60, cadenceMinutes: 1, hostsPerSchedule: 20 })
    await fleet.playUntil(QUIET)
    await startMaintenance(fleet.db, ['host-*'], { at: fleet.now() })
    for (const id of fleet.hostIds.slice(0, 50)) fleet.dead.add(id)
    await fleet.playUntil(QUIET + 6)
    const reports = (await since(fleet)).filter(({ what }) => what !== 'fleet.maintenance.started')
    expect(reports.map(({ what }) => what)).toEqual(Array(50).fill('host down'))
  })
})

describe('a host that must answer twice to be up', () => {
  it('a host that must answer twice to be up is probed again within a minute of its first answer', async () => {
    await using fleet = await playedFleet({ hosts: 20, cadenceMinutes: 5, hostsPerSchedule: 1 })
    await fleet.db.sql`update policy set successes_to_come_up = 2`
    await fleet.playUntil(QUIET)
    const [host] = fleet.hostIds
    if (host === undefined) throw new Error('hosts were added')
    fleet.dead.add(host)
    await fleet.playUntil(QUIET + 10)
    fleet.dead.delete(host)
    await fleet.playUntil(QUIET + 10 + 6 + 1)
    expect((await since(fleet)).map(({ what }) => what)).toEqual(['host down', 'host up'])
  })
})
