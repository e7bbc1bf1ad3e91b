import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callsByLane, type Queued } from '../../shared/domain/bus-calls.ts'

const KIB = 1024
const queued = (key: string, event: number, bytes = 500): Queued<number> => ({ key, event, bytes })
const contents = (lanes: Queued<number>[][][]): number[][][] =>
  lanes.map((calls) => calls.map((call) => call.map(({ event }) => event)))

describe('the calls that bring events to the bus', () => {
  it('the calls that bring events to the bus have ten entries at most', () => {
    const events = Array.from({ length: 25 }, (_, i) => queued(`host/${i}`, i))
    const [lane = []] = callsByLane(events, 1)
    expect(lane.map((call) => call.length)).toEqual([10, 10, 5])
  })

  it('the calls that bring events to the bus have no two events of one host, because the second may be taken and the first refused', () => {
    const events = [queued('a', 1), queued('b', 2), queued('a', 3), queued('a', 4), queued('b', 5)]
    expect(contents(callsByLane(events, 1))).toEqual([[[1, 2], [3], [4, 5]]])
  })

  it('the calls that bring events to the bus stay within the bytes that one call may have, also with one very large event', () => {
    const events = [queued('a', 1, 100 * KIB), queued('b', 2, 240 * KIB), queued('c', 3, 100 * KIB)]
    expect(contents(callsByLane(events, 1))).toEqual([[[1], [2], [3]]])
  })

  it('the calls that bring events to the bus count 512 bytes beside the detail of each event, and fill a call to the last byte', () => {
    const half = 128 * KIB - 512
    expect(contents(callsByLane([queued('a', 1, half), queued('b', 2, half)], 1))).toEqual([[[1, 2]]])
    expect(contents(callsByLane([queued('a', 1, half), queued('b', 2, half + 1)], 1))).toEqual([[[1], [2]]])
  })

  it('the calls that bring events to the bus count the bytes of each call anew', () => {
    const events = [queued('a', 1, 200 * KIB), queued('b', 2, 100 * KIB), queued('c', 3, 100 * KIB)]
    expect(contents(callsByLane(events, 1))).toEqual([[[1], [2, 3]]])
  })

  it('the calls that bring events to the bus have one entry at least, also for an event that is too large for any call', () => {
    expect(contents(callsByLane([queued('a', 1, 256 * KIB)], 8))).toEqual([[[1]]])
    expect(callsByLane([], 8)).toEqual([])
  })

  it('the calls that bring events to the bus are spread over all lanes', () => {
    const events = Array.from({ length: 100 }, (_, i) => queued(`host/${i}`, i))
    const sizes = callsByLane(events, 4).map((calls) => calls.flat().length)
    expect(sizes).toHaveLength(4)
    expect(Math.max(...sizes)).toBeLessThan(50)
  })

  it('the calls that bring events to the bus lose no event, double none, and keep the order of each host in its lane', () => {
    const anEvent = fc.record({
      key: fc.integer({ min: 0, max: 20 }),
      bytes: fc.integer({ min: 1, max: 240 * KIB }),
    })
    fc.assert(
      fc.property(fc.array(anEvent, { maxLength: 300 }), fc.integer({ min: 1, max: 8 }), (events, lanes) => {
        const given = events.map(({ key, bytes }, i) => queued(`host/${key}`, i, bytes))
        const divided = callsByLane(given, lanes)
        const all = divided.flat(2)
        expect(all.map(({ event }) => event).sort((a, b) => a - b)).toEqual(given.map(({ event }) => event))
        for (const calls of divided) {
          for (const call of calls) {
            expect(new Set(call.map(({ key }) => key)).size).toBe(call.length)
            expect(call.length).toBeLessThanOrEqual(10)
            expect(call.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(256 * KIB)
          }
        }
        for (const key of new Set(given.map(({ key }) => key))) {
          const lanesOfKey = divided.filter((calls) => calls.flat().some((each) => each.key === key))
          expect(lanesOfKey).toHaveLength(1)
          const order = lanesOfKey
            .flat(2)
            .filter((each) => each.key === key)
            .map(({ event }) => event)
          expect(order).toEqual(order.toSorted((a, b) => a - b))
        }
      }),
    )
  })
})
