import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FanOutReport, fanOut } from '../../../functions/fan-out/reconcile.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { randomFleet, sequentialFleet } from '../../support/random-fleet.ts'
import { type MemoryPorts, type Mishap, memoryPorts } from './memory-ports.ts'

const MINUTE_MS = 60_000
const alone = { intervalMs: 300_000, hostsPerSchedule: 1 }
const inHundreds = { intervalMs: 300_000, hostsPerSchedule: 100 }
const forever = new AbortController().signal

/** What ends a run: its process dies, or the listing of a sweep fails. */
const CRASHES = ['the process died', 'the connection was reset', 'ValidationException']

const ids = (count: number): HostId[] => sequentialFleet(count).map(({ id }) => id)

const run = (of: MemoryPorts, { sweep = false, signal = forever } = {}): Promise<FanOutReport> =>
  fanOut(of.world(), { sweep }, signal)

/** A fleet whose schedules are all in place. */
async function settled(count: number, policy = alone): Promise<MemoryPorts> {
  const of = memoryPorts(policy)
  of.join(...ids(count))
  await run(of)
  of.state.calls.length = 0
  of.state.statements = 0
  return of
}

describe('a run of the fan-out', () => {
  it('a run of the fan-out creates the schedule of each new host, to begin at the next instant of its phase', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(30))
    const report = await run(of)
    expect(of.scheduled()).toEqual(of.planned())
    expect(report.schedules).toEqual({ wanted: 30, applied: 30, put: 30, removed: 0, leftOver: 0 })
    for (const { spec, startAtMs } of of.state.scheduler.values()) {
      const periodMs = spec.periodMinutes * MINUTE_MS
      expect(startAtMs).toBeGreaterThan(of.state.nowMs)
      expect(startAtMs).toBeLessThanOrEqual(of.state.nowMs + periodMs)
      expect(startAtMs % periodMs).toBe(spec.phaseMs)
    }
  })

  it('a run of the fan-out makes no API call and writes nothing for an unchanged fleet of 10,000', async () => {
    const of = memoryPorts(alone)
    of.join(...randomFleet(10_000).map(({ id }) => id))
    await run(of)
    expect(of.state.scheduler.size).toBe(10_000)
    of.state.calls.length = 0
    of.state.statements = 0
    of.state.nowMs += MINUTE_MS
    const report = await run(of)
    expect(of.state.calls).toEqual([])
    expect(of.state.statements).toBe(0)
    expect(report.schedules).toEqual({ wanted: 10_000, applied: 10_000, put: 0, removed: 0, leftOver: 0 })
  })

  it('a run of the fan-out removes the schedule of a host that left, and no other', async () => {
    const of = await settled(5)
    const [gone] = ids(1)
    if (gone) of.leave(gone)
    await run(of)
    expect(of.state.calls).toEqual([{ operation: 'remove', name: `h-${gone}` }])
    expect(of.scheduled()).toEqual(of.planned())
    expect([...of.state.memory.keys()].sort()).toEqual([...of.planned().keys()].sort())
  })

  it('a run of the fan-out rewrites a schedule when its period changes, with a start that AWS takes', async () => {
    const of = await settled(20)
    of.state.policy = { ...alone, intervalMs: 3_600_000 }
    of.state.nowMs += 24 * 60 * MINUTE_MS
    const report = await run(of)
    expect(report.schedules).toMatchObject({ put: 20, removed: 0 })
    expect(of.scheduled()).toEqual(of.planned())
    for (const { startAtMs } of of.state.scheduler.values()) {
      expect(startAtMs).toBeGreaterThan(of.state.nowMs)
    }
  })

  it('a run of the fan-out rewrites all schedules when a deploy gives them another target', async () => {
    const of = await settled(20)
    of.state.settings = 'settings 2'
    expect((await run(of)).schedules).toMatchObject({ put: 20, removed: 0, leftOver: 0 })
    expect([...of.state.scheduler.values()].every(({ settings }) => settings === 'settings 2')).toBe(true)
    expect((await run(of)).schedules.put).toBe(0)
  })

  it('a run of the fan-out gives a schedule in another group the same occurrences, so that of two sets one is a duplicate', async () => {
    const of = await settled(20)
    const occurrences = () =>
      [...of.state.scheduler.values()].map(({ spec, startAtMs }) => {
        const periodMs = spec.periodMinutes * MINUTE_MS
        return [spec.name, periodMs, startAtMs % periodMs]
      })
    const before = occurrences()
    of.state.settings = 'settings 2'
    of.state.nowMs += 7 * MINUTE_MS
    await run(of)
    expect(occurrences()).toEqual(before)
  })

  it('a run of the fan-out puts buckets in place before it removes the schedules that they replace', async () => {
    const of = await settled(500)
    of.state.policy = inHundreds
    await run(of)
    expect(of.scheduled()).toEqual(of.planned())
    const lastPut = of.state.calls.findLastIndex(({ operation }) => operation === 'put')
    const firstRemoval = of.state.calls.findIndex(({ operation }) => operation === 'remove')
    expect(lastPut).toBeLessThan(firstRemoval)
  })

  it('a run of the fan-out writes one bucket of a hundred when one host joins, or the two that it splits into', async () => {
    const of = memoryPorts(inHundreds)
    of.join(...randomFleet(2_000).map(({ id }) => id))
    await run(of)
    of.state.calls.length = 0
    of.join(...ids(1))
    await run(of)
    expect([1, 3]).toContain(of.state.calls.length)
    expect(of.scheduled()).toEqual(of.planned())
  })

  it('a run of the fan-out writes twice per batch: what is pending before the calls, and what was done after them', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(400))
    await run(of)
    expect(of.state.statements).toBe(2)
    of.leave(...ids(400))
    await run(of)
    expect(of.state.statements).toBe(4)
  })

  it('a run of the fan-out makes no call that its signal cannot end', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(2))
    await run(of)
    of.join(...ids(4).slice(2))
    of.leave(...ids(2))
    const { signal } = new AbortController()
    of.state.signals.clear()
    await run(of, { sweep: true, signal })
    expect(new Set(of.state.calls.map(({ operation }) => operation)).size).toBe(3)
    expect([...of.state.signals]).toEqual([signal])
  })

  it('a run of the fan-out has no more than 20 calls under way at once', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(300))
    await run(of)
    expect(of.state.mostCallsAtOnce).toBe(20)
  })
})

describe('what the run cannot do now', () => {
  it.each<Mishap>(['throttled', 'conflict', 'out_of_time'])(
    'a change that is %s is left over, and done in the next minute',
    async (mishap) => {
      const of = memoryPorts(alone)
      of.join(...ids(50))
      const unlucky = new Set(ids(10).map((id) => `h-${id}`))
      of.state.mishap = ({ name }) => (unlucky.has(name) ? mishap : undefined)
      const report = await run(of)
      expect(report.schedules).toEqual({ wanted: 50, applied: 40, put: 40, removed: 0, leftOver: 10 })
      expect(report.faults).toEqual([])
      of.state.mishap = () => undefined
      of.state.calls.length = 0
      expect((await run(of)).schedules).toMatchObject({ applied: 50, put: 10, leftOver: 0 })
      expect(new Set(of.state.calls.map(({ name }) => name))).toEqual(unlucky)
      expect(of.scheduled()).toEqual(of.planned())
    },
  )

  it('a removal that is throttled is left over, and counted so', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(3))
    await run(of)
    of.leave(...ids(2))
    of.state.mishap = ({ operation }) => (operation === 'remove' ? 'throttled' : undefined)
    expect((await run(of)).schedules).toEqual({ wanted: 1, applied: 1, put: 0, removed: 0, leftOver: 2 })
  })

  it('a change that AWS refuses fails alone, and is reported by name', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(50))
    const refused = `h-${ids(1)[0]}`
    of.state.mishap = ({ name }) => (name === refused ? 'refused' : undefined)
    const report = await run(of)
    expect(report.schedules).toMatchObject({ put: 49, leftOver: 1 })
    expect(report.faults).toMatchObject([{ name: refused, error: { message: 'ValidationException' } }])
  })

  it('a run whose every change AWS refuses ends after a few calls', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(5_000))
    of.state.mishap = () => 'refused'
    const report = await run(of)
    expect(report.schedules).toMatchObject({ applied: 0, leftOver: 5_000 })
    expect(of.state.calls.length).toBeLessThanOrEqual(30)
  })

  it('a change for which there is no time is left for the next run, which takes up where this one ended', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(2_000))
    const clock = new AbortController()
    of.state.mishap = () => {
      if (of.state.calls.length === 1_000) clock.abort()
      return undefined
    }
    const report = await run(of, { signal: clock.signal })
    expect(report.schedules.put).toBe(1_000)
    expect(report.schedules.leftOver).toBe(1_000)
    expect((await run(of)).schedules).toMatchObject({ applied: 2_000, put: 1_000, leftOver: 0 })
  })
})

describe('a crash', () => {
  it('a crash half-way loses no more than one batch of memory, and the next run completes the work', async () => {
    const of = memoryPorts(alone)
    of.join(...ids(2_000))
    of.state.stepsToLive = 1_000
    await expect(run(of)).rejects.toThrow('the process died')
    const done = of.state.calls.length
    expect(done).toBeGreaterThan(900)
    of.state.stepsToLive = Number.POSITIVE_INFINITY
    of.state.calls.length = 0
    await run(of)
    expect(of.scheduled()).toEqual(of.planned())
    expect(of.state.calls.length + done).toBeLessThanOrEqual(2_000 + 400)
  })

  it('a crash after a removal and before its memory does not hide that the schedule is wanted again', async () => {
    const of = await settled(3)
    const [host] = ids(1)
    if (!host) throw new Error('no host')
    of.leave(host)
    of.state.stepsToLive = 2 // the mark and the removal, not the memory of it
    await expect(run(of)).rejects.toThrow('the process died')
    expect(of.state.scheduler.has(`h-${host}`)).toBe(false)
    of.state.stepsToLive = Number.POSITIVE_INFINITY
    of.join(host)
    await run(of)
    expect(of.scheduled()).toEqual(of.planned())
  })

  it('a crash at any step, with any mishaps and changes of the fleet between, leaves what the next good run puts right', async () => {
    const pool = ids(40)
    const anyRun = fc.record({
      present: fc.subarray(pool),
      hostsPerSchedule: fc.constantFrom(1, 1, 5),
      intervalMs: fc.constantFrom(300_000, 900_000),
      sweep: fc.boolean(),
      stepsToLive: fc.oneof(fc.nat({ max: 60 }), fc.constant(Number.POSITIVE_INFINITY)),
      mishaps: fc.array(
        fc.constantFrom<Mishap | undefined>(
          undefined,
          undefined,
          undefined,
          'throttled',
          'conflict',
          'lost',
          'refused',
        ),
        { minLength: 1, maxLength: 7 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anyRun, { minLength: 1, maxLength: 6 }), async (runs) => {
        const of = memoryPorts(alone)
        for (const each of runs) {
          of.leave(...pool)
          of.join(...each.present)
          of.state.policy = each
          of.state.stepsToLive = each.stepsToLive
          of.state.mishap = () => each.mishaps[of.state.calls.length % each.mishaps.length]
          of.state.nowMs += MINUTE_MS
          await run(of, each).catch((error: Error) => expect(CRASHES).toContain(error.message))
        }
        of.state.stepsToLive = Number.POSITIVE_INFINITY
        of.state.mishap = () => undefined
        const report = await run(of)
        expect(of.scheduled()).toEqual(of.planned())
        expect([...of.state.memory.keys()].sort()).toEqual([...of.planned().keys()].sort())
        expect(report.schedules).toMatchObject({ applied: report.schedules.wanted, leftOver: 0 })
        of.state.calls.length = 0
        await run(of)
        expect(of.state.calls).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})

describe('the daily sweep', () => {
  const orphan = 'h-ffffffff-0000-4000-8000-000000000000'

  function stray(of: MemoryPorts, name: string): void {
    const [some] = of.state.scheduler.values()
    if (some) of.state.scheduler.set(name, some)
  }

  it('the daily sweep removes the schedules that nothing knows of, on every page, and forgets them', async () => {
    const of = await settled(250)
    const orphans = [orphan, 'b-5m-0-0', 'b-12m-32-1f-3']
    for (const name of orphans) stray(of, name)
    const report = await run(of, { sweep: true })
    expect(report.sweep).toEqual({ orphans: 3, missing: 0, complete: true })
    expect([...of.state.scheduler.keys()].sort()).toEqual([...of.planned().keys()].sort())
    expect(of.state.calls.filter(({ operation }) => operation === 'list')).toHaveLength(3)
    expect([...of.state.memory.keys()].some((name) => orphans.includes(name))).toBe(false)
  })

  it('the daily sweep leaves a schedule alone whose name is not one of ours', async () => {
    const of = await settled(3)
    for (const name of ['nightly-report', 'h-', 'h-web-1', 'b-5m-x']) stray(of, name)
    expect((await run(of, { sweep: true })).sweep).toMatchObject({ orphans: 0 })
    expect(of.state.scheduler.size).toBe(7)
  })

  it('the daily sweep puts back a schedule that was deleted by hand', async () => {
    const of = await settled(150)
    of.state.scheduler.delete(`h-${ids(1)[0]}`)
    expect((await run(of)).schedules.put).toBe(0)
    const report = await run(of, { sweep: true })
    expect(report.sweep).toEqual({ orphans: 0, missing: 1, complete: true })
    expect(report.schedules).toMatchObject({ put: 1, removed: 0, leftOver: 0 })
    expect(of.scheduled()).toEqual(of.planned())
  })

  it.each<Mishap>(['throttled', 'out_of_time'])(
    'a daily sweep that is %s removes the orphans it saw, and takes nothing for missing',
    async (mishap) => {
      const of = await settled(250)
      stray(of, 'b-1m-0-0')
      of.state.mishap = ({ operation }) =>
        operation === 'list' && of.state.calls.length === 2 ? mishap : undefined
      expect((await run(of, { sweep: true })).sweep).toEqual({ orphans: 1, missing: 0, complete: false })
      expect(of.scheduled()).toEqual(of.planned())
    },
  )

  it('the daily sweep counts a change that is left over once', async () => {
    const of = await settled(10)
    of.state.policy = { ...alone, intervalMs: 3_600_000 }
    of.state.scheduler.clear()
    of.state.mishap = ({ operation }) => (operation === 'put' ? 'throttled' : undefined)
    const report = await run(of, { sweep: true })
    expect(report.schedules).toMatchObject({ wanted: 10, applied: 0, leftOver: 10 })
  })

  it('the daily sweep happens on request only', async () => {
    const of = await settled(3)
    stray(of, orphan)
    expect((await run(of)).sweep).toBeNull()
    expect(of.state.calls).toEqual([])
  })
})
