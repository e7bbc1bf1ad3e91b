import { describe, expect, it } from 'vitest'
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
