import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { periodMinutes as periodOf, spreadHash } from '../../shared/domain/cadence.ts'
import { HostIdList } from '../../shared/domain/host-id-list.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { scheduleOfHost } from '../../shared/domain/schedule-plan.ts'
import { isOurScheduleName, type ScheduleSpec } from '../../shared/domain/schedules.ts'
import { type Host, planOf, randomFleet, sequentialFleet } from '../support/random-fleet.ts'

const INTERVAL_MS = 300_000
const MINUTE_MS = 60_000
const alone = { intervalMs: INTERVAL_MS, hostsPerSchedule: 1 }
const inHundreds = { intervalMs: INTERVAL_MS, hostsPerSchedule: 100 }

const anyFleet = fc
  .uniqueArray(fc.uuid(), { maxLength: 300 })
  .map((ids): Host[] => ids.map((id) => ({ id: parseHostId(id) })))
const anyPolicy = fc.record({
  intervalMs: fc.integer({ min: 1, max: 60 }).map((minutes) => minutes * MINUTE_MS),
  hostsPerSchedule: fc.integer({ min: 1, max: 40 }),
})

/** Probes in each minute of an hour, which holds every period of 4, 5 and 6 minutes in full. */
function probesByMinute(schedules: readonly ScheduleSpec[]): number[] {
  const minutes = Array.from({ length: 60 }, () => 0)
  for (const { periodMinutes, phaseMs, hostIds } of schedules) {
    for (let at = Math.floor(phaseMs / MINUTE_MS); at < minutes.length; at += periodMinutes) {
      minutes[at] = (minutes[at] ?? 0) + hostIds.length
    }
  }
  return minutes
}

const busiestToMean = (minutes: readonly number[]): number =>
  Math.max(...minutes) / (minutes.reduce((sum, count) => sum + count, 0) / minutes.length)

const byName = (schedules: readonly ScheduleSpec[]): Map<string, string> =>
  new Map(schedules.map((spec) => [spec.name, JSON.stringify(spec)]))

/** Names of the schedules that are in one plan only, or differ. */
function differing(before: readonly ScheduleSpec[], after: readonly ScheduleSpec[]): string[] {
  const [old, next] = [byName(before), byName(after)]
  return [...new Set([...old.keys(), ...next.keys()])].filter((name) => old.get(name) !== next.get(name))
}

describe('the plan', () => {
  it('the plan of schedules has each host in exactly one schedule, whose period is its own, within a fifth of the interval', () => {
    fc.assert(
      fc.property(anyFleet, anyPolicy, (hosts, policy) => {
        const schedules = planOf(hosts, policy)
        expect(schedules.flatMap(({ hostIds }) => hostIds).sort()).toEqual(hosts.map(({ id }) => id).sort())
        for (const { periodMinutes, hostIds } of schedules) {
          for (const id of hostIds) {
            expect(periodMinutes).toBe(periodOf(policy.intervalMs, id))
            const off = Math.abs(periodMinutes * MINUTE_MS - policy.intervalMs)
            expect(off).toBeLessThanOrEqual(policy.intervalMs / 5)
          }
        }
      }),
    )
  })

  it('the plan of schedules has schedules that AWS accepts: unique names, whole periods, a phase within, never too many hosts', () => {
    fc.assert(
      fc.property(anyFleet, anyPolicy, (hosts, policy) => {
        const schedules = planOf(hosts, policy)
        expect(new Set(schedules.map(({ name }) => name)).size).toBe(schedules.length)
        for (const { name, periodMinutes, phaseMs, hostIds } of schedules) {
          expect(name).toMatch(/^[0-9A-Za-z\-_.]{1,64}$/)
          expect(isOurScheduleName(name)).toBe(true)
          expect(Number.isInteger(periodMinutes) && periodMinutes >= 1).toBe(true)
          expect(phaseMs >= 0 && phaseMs < periodMinutes * MINUTE_MS).toBe(true)
          expect(hostIds.length).toBeGreaterThanOrEqual(1)
          expect(hostIds.length).toBeLessThanOrEqual(policy.hostsPerSchedule)
        }
      }),
    )
  })

  it('the plan of schedules is the same whatever the order of the hosts', () => {
    fc.assert(
      fc.property(anyFleet, anyPolicy, (hosts, policy) => {
        expect(byName(planOf(hosts.toReversed(), policy))).toEqual(byName(planOf(hosts, policy)))
      }),
    )
  })

  it('the plan of schedules is empty for a fleet without hosts', () => {
    expect(planOf([], alone)).toEqual([])
    expect(planOf([], inHundreds)).toEqual([])
  })

  it('the plan of schedules never packs more than 500 hosts, whatever the policy asks for', () => {
    const schedules = planOf(randomFleet(3_000), {
      intervalMs: INTERVAL_MS,
      hostsPerSchedule: 100_000,
    })
    expect(Math.max(...schedules.map(({ hostIds }) => hostIds.length))).toBeLessThanOrEqual(500)
  })

  it('the plan of schedules treats an interval out of range as the nearest that is allowed, and none as the default', () => {
    const hosts = randomFleet(50)
    const planned = (intervalMs: number): ScheduleSpec[] => planOf(hosts, { intervalMs, hostsPerSchedule: 1 })
    expect(planned(1)).toEqual(planned(60_000))
    expect(planned(0)).toEqual(planned(300_000))
    expect(planned(86_400_000)).toEqual(planned(3_600_000))
  })
})

describe('the load of 10,000 hosts', () => {
  it.each([
    ['random ids, a schedule each', (): Host[] => randomFleet(10_000), alone],
    ['sequential ids, a schedule each', (): Host[] => sequentialFleet(10_000), alone],
    ['random ids in buckets of 100', (): Host[] => randomFleet(10_000), inHundreds],
    ['sequential ids in buckets of 100', (): Host[] => sequentialFleet(10_000), inHundreds],
  ])(
    'the load of 10,000 hosts with %s has no minute with more than 1.3 times its share',
    (_, fleet, policy) => {
      const minutes = probesByMinute(planOf(fleet(), policy))
      expect(minutes).toHaveLength(60)
      expect(Math.min(...minutes)).toBeGreaterThan(0)
      expect(busiestToMean(minutes)).toBeLessThanOrEqual(1.3)
    },
  )

  it.each([
    ['random', (): Host[] => randomFleet(10_000)],
    ['sequential', (): Host[] => sequentialFleet(10_000)],
  ])('the load of 10,000 hosts with %s ids is even within each period, too', (_, fleet) => {
    const byPeriod = Map.groupBy(planOf(fleet(), alone), ({ periodMinutes }) => periodMinutes)
    for (const [period, schedules] of byPeriod) {
      expect(busiestToMean(probesByMinute(schedules).slice(0, period))).toBeLessThanOrEqual(1.3)
    }
  })
})

/** They agree in the 32 low bits of their hash: one trio among six million ids that count up. */
const COLLIDING = ['000000025480', '0000003b2a66', '0000004594fa'].map((end) => ({
  id: parseHostId(`0190a1b2-c3d4-7e5f-8a6b-${end}`),
}))

describe('a bucket', () => {
  it('a bucket is not split before it is over its limit, and none is empty', () => {
    const oneMinute = { intervalMs: MINUTE_MS, hostsPerSchedule: 100 }
    const hosts = randomFleet(101)
    expect(planOf(hosts.slice(1), oneMinute)).toHaveLength(1)
    const split = planOf(hosts, oneMinute)
    expect(split.length).toBeGreaterThan(1)
    expect(split.filter(({ hostIds }) => hostIds.length === 0)).toEqual([])
  })

  it('a bucket has the hosts whose hash its name says', () => {
    for (const { name, hostIds } of planOf(randomFleet(3_000), inHundreds)) {
      const [, depth = '', remainder = ''] = /^b-\d+m-(\d+)-([0-9a-f]+)$/.exec(name) ?? []
      const remainders = hostIds.map((id) => spreadHash(id) % 2n ** BigInt(depth))
      expect(new Set(remainders)).toEqual(new Set([BigInt(`0x${remainder}`)]))
    }
  })

  it('a bucket that no bit of the hash can split is cut by the order of the ids, whatever their order', () => {
    const inPairs = { intervalMs: MINUTE_MS, hostsPerSchedule: 2 }
    const schedules = planOf(COLLIDING.toReversed(), inPairs)
    const ids = COLLIDING.map(({ id }) => id)
    expect(schedules.map(({ hostIds }) => hostIds)).toEqual([ids.slice(0, 2), ids.slice(2)])
    expect(new Set(schedules.map(({ name }) => name)).size).toBe(2)
    expect(schedules.every(({ name }) => isOurScheduleName(name))).toBe(true)
    expect(planOf(COLLIDING, inPairs)).toEqual(schedules)
  })
})

describe('buckets of 100', () => {
  it('buckets of 100 stay as they are, but for its own, when a host comes or goes', () => {
    const hosts = randomFleet(2_000)
    for (const i of [0, 500, 1_000, 1_500]) {
      const names = differing(planOf(hosts.toSpliced(i, 1), inHundreds), planOf(hosts, inHundreds))
      // The one bucket, or one that is too full and the two that it splits into.
      expect([1, 3]).toContain(names.length)
    }
  })

  it('buckets of any size, in any fleet, change by one split or merge at most', () => {
    fc.assert(
      fc.property(anyFleet, anyPolicy, fc.nat(), (hosts, policy, at) => {
        fc.pre(hosts.length > 0)
        const without = hosts.toSpliced(at % hosts.length, 1)
        const names = differing(planOf(without, policy), planOf(hosts, policy))
        expect([1, 3]).toContain(names.length)
      }),
    )
  })

  it('buckets of 100 hold most of what they may: few schedules for many hosts', () => {
    const schedules = planOf(randomFleet(10_000), inHundreds)
    expect(schedules.length).toBeLessThanOrEqual(250)
  })
})

/** Two times three hosts whose hashes agree in all 32 bits that choose a bucket; found among nine million. */
const TRIPLETS = [
  '06868be1-e73d-6819-8723-e0853a7b0cf2',
  '03af548f-d52f-8baf-d083-a36cbfb8af78',
  '3214d7e4-2eec-5eff-0185-3793aecbe3c9',
  'eaa1e949-2a5c-cadb-be19-ca8ceac71248',
  'ae713a84-9310-022b-8590-c7bbb04c4aa1',
  '9994ef61-b599-bdd5-d22c-9c2755d65fcb',
].map((id) => ({ id: parseHostId(id) }))

describe('hosts that agree in all bits that choose a bucket', () => {
  it('hosts that agree in all bits are cut into slices by their ids, whatever their order, when they are too many for one schedule', () => {
    const policy = { intervalMs: 60_000, hostsPerSchedule: 2 }
    const planned = planOf(TRIPLETS, policy)
    expect(planned.map(({ name, hostIds }) => [name, hostIds])).toEqual([
      [
        'b-1m-32-10058b60-0',
        ['03af548f-d52f-8baf-d083-a36cbfb8af78', '06868be1-e73d-6819-8723-e0853a7b0cf2'],
      ],
      ['b-1m-32-10058b60-1', ['3214d7e4-2eec-5eff-0185-3793aecbe3c9']],
      [
        'b-1m-32-12313f08-0',
        ['9994ef61-b599-bdd5-d22c-9c2755d65fcb', 'ae713a84-9310-022b-8590-c7bbb04c4aa1'],
      ],
      ['b-1m-32-12313f08-1', ['eaa1e949-2a5c-cadb-be19-ca8ceac71248']],
    ])
    expect(planned.every(({ name }) => isOurScheduleName(name))).toBe(true)
    expect(byName(planOf(TRIPLETS.toReversed(), policy))).toEqual(byName(planned))
  })

  it('hosts that agree in all bits are cut into full slices where they fit into these exactly', () => {
    const [twin] = TRIPLETS
    const four = Array.from({ length: 4 }, () => twin ?? { id: parseHostId('') })
    const sizes = planOf(four, { intervalMs: 60_000, hostsPerSchedule: 2 }).map(
      ({ hostIds }) => hostIds.length,
    )
    expect(sizes).toEqual([2, 2])
  })

  it('hosts that agree in all bits share a schedule when they fit into one', () => {
    const names = planOf(TRIPLETS, { intervalMs: 60_000, hostsPerSchedule: 3 }).map(({ name }) => name)
    expect(names).toHaveLength(2)
    for (const name of names) expect(name).toMatch(/^b-1m-\d+-[0-9a-f]+$/)
  })
})

describe('the name of a schedule', () => {
  const id = 'b5a54c7e-5b61-4c41-9d2f-0d6f5c7a8e01'

  it.each([`h-${id}`, 'b-5m-0-0', 'b-12m-32-1f', 'b-12m-32-ffffffff-12'])(
    'the name of a schedule is one of ours: %s',
    (name) => {
      expect(isOurScheduleName(name)).toBe(true)
    },
  )

  it.each([
    '',
    `x-h-${id}`,
    `h-${id}-1`,
    `h-${id.slice(1)}`,
    `h-${id.toUpperCase()}`,
    'nightly-b-5m-0-0',
    'b-5m-0-0-report',
    'b-m-0-0',
    'b-5m--0',
    'b-5m-0-',
    'b-5m-0-0-',
    'b-5m-0-g',
    'b-5h-0-0',
  ])('the name of a schedule is not one of ours, so that the sweep leaves it alone: %j', (name) => {
    expect(isOurScheduleName(name)).toBe(false)
  })
})

describe('the schedule of one host', () => {
  it('the schedule of one host is the one that the plan of the whole fleet has for it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.uuid(), fc.constantFrom(...TRIPLETS.map(({ id }) => id))), {
          minLength: 1,
          maxLength: 300,
        }),
        fc.record({
          intervalMs: fc.constantFrom(60_000, 300_000),
          hostsPerSchedule: fc.integer({ min: 1, max: 40 }),
        }),
        (uuids, policy) => {
          const ids = uuids.map(parseHostId)
          const planned = planOf(
            ids.map((id) => ({ id })),
            policy,
          )
          for (const id of ids) {
            const its = planned.find(({ hostIds }) => hostIds.includes(id))
            expect(scheduleOfHost(id, HostIdList.of(ids), policy)).toEqual(its)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('the schedule of one host is the slice of the plan that has it, where too many hosts agree in all bits', () => {
    const policy = { intervalMs: 60_000, hostsPerSchedule: 2 }
    for (const fleet of [TRIPLETS, TRIPLETS.toReversed()]) {
      const ids = HostIdList.of(fleet.map(({ id }) => id))
      for (const { id } of fleet) {
        const its = planOf(fleet, policy).find(({ hostIds }) => hostIds.includes(id))
        expect(scheduleOfHost(id, ids, policy)).toEqual(its)
      }
    }
  })

  it('the schedule of one host is none where the fleet does not have the host', () => {
    const [stranger] = TRIPLETS
    const fleet = HostIdList.of(randomFleet(50).map(({ id }) => id))
    expect(() => scheduleOfHost(stranger?.id ?? parseHostId(''), fleet, inHundreds)).toThrow(
      'does not have the host',
    )
  })
})
