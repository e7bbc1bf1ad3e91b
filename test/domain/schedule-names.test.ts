import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScheduleNames } from '../../shared/domain/schedule-names.ts'

const anyName = fc.oneof(
  fc.uuid().map((id) => `h-${id}`),
  // Few of them, so that they come again.
  fc.integer({ min: 0, max: 20 }).map((n) => `b-5m-3-${n.toString(16)}`),
  fc.string({ unit: 'grapheme' }),
)

describe('a set of schedule names', () => {
  it('a set of schedule names numbers them as they come, once each, and finds no other', () => {
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 400 }), fc.array(anyName), (added, others) => {
        const names = new ScheduleNames()
        const numbers = added.map((name) => names.add(name))
        const distinct = [...new Set(added)]
        expect(names.size).toBe(distinct.length)
        expect([...names]).toEqual(distinct)
        expect(numbers).toEqual(added.map((name) => distinct.indexOf(name)))
        for (const name of [...added, ...others]) expect(names.indexOf(name)).toBe(distinct.indexOf(name))
      }),
    )
  })

  it('a set of schedule names is the same whether there was room for all of them from the beginning or for none', () => {
    const added = Array.from({ length: 5_000 }, (_, i) => `b-5m-13-${i.toString(16)}`)
    const bytes = added.reduce((sum, { length }) => sum + length, 0)
    for (const room of [[], [added.length, bytes], [1, 1]]) {
      const names = new ScheduleNames(...room)
      for (const name of added) names.add(name)
      expect([...names]).toEqual(added)
      expect(names.indexOf('b-5m-13-1387')).toBe(4_999)
      expect(names.indexOf('b-5m-13-1388')).toBe(-1)
    }
  })

  it('a set of schedule names has no name at a number that it has not given', () => {
    const names = new ScheduleNames(10, 100)
    names.add('a')
    expect(names.at(0)).toBe('a')
    for (const number of [-1, 1, 5]) expect(() => names.at(number)).toThrow(RangeError)
  })
})
