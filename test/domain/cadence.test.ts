import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyJitter,
  clampIntervalMs,
  DEFAULT_INTERVAL_MS,
  MAX_INTERVAL_MS,
  MIN_INTERVAL_MS,
  nextOccurrenceMs,
  periodMinutes,
  phaseMs,
} from '../../shared/domain/cadence.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { uuidV5 } from '../../shared/domain/uuid-v5.ts'
import known from './jitter-vectors.json' with { type: 'json' }

const NS_PER_MS = 1e6
const MINUTE_MS = 60_000
const HOST = parseHostId('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005')
const anyHostId = fc.uuid().map(parseHostId)

describe('the probe interval', () => {
  it.each([
    [undefined, DEFAULT_INTERVAL_MS],
    [0, DEFAULT_INTERVAL_MS],
    [Number.NaN, DEFAULT_INTERVAL_MS],
    [-1, MIN_INTERVAL_MS],
    [1, MIN_INTERVAL_MS],
    [59_999, MIN_INTERVAL_MS],
    [60_000, 60_000],
    [300_000, 300_000],
    [3_600_000, 3_600_000],
    [3_600_001, MAX_INTERVAL_MS],
    [Number.POSITIVE_INFINITY, MAX_INTERVAL_MS],
  ])('the probe interval of %s ms is held at %d ms', (asked, held) => {
    expect(clampIntervalMs(asked)).toBe(held)
  })
})

describe('the jitter', () => {
  it.each(known.vectors)('the jitter of $hostId at $intervalNs ns is the known value', (vector) => {
    const jitteredMs = applyJitter(Number(vector.intervalNs) / NS_PER_MS, parseHostId(vector.hostId))
    expect(Math.abs(jitteredMs - Number(vector.jitteredNs) / NS_PER_MS)).toBeLessThanOrEqual(1)
  })

  it.each([0, -1, -300_000])('the jitter of an interval of %d ms is 0', (intervalMs) => {
    expect(applyJitter(intervalMs, HOST)).toBe(0)
  })

  it('the jitter stays within a fifth of the interval, and is the same each time', () => {
    fc.assert(
      fc.property(anyHostId, fc.integer({ min: MIN_INTERVAL_MS, max: MAX_INTERVAL_MS }), (id, intervalMs) => {
        const jittered = applyJitter(intervalMs, id)
        expect(Math.abs(jittered - intervalMs)).toBeLessThanOrEqual(intervalMs * 0.2)
        expect(applyJitter(intervalMs, id)).toBe(jittered)
      }),
    )
  })

  // Nearly so for any 100 random ids: an interval of 5 min can become one of 120,000 whole milliseconds.
  it('the jitter of an interval of 5 min is another one for each of 100 hosts', () => {
    const hosts = Array.from({ length: 100 }, (_, i) => parseHostId(uuidV5(HOST, `host ${i}`)))
    expect(new Set(hosts.map((id) => applyJitter(DEFAULT_INTERVAL_MS, id))).size).toBe(100)
  })
})

const WHOLE_MINUTES = Array.from({ length: MAX_INTERVAL_MS / MINUTE_MS }, (_, i) => i + 1)
const MANY_HOSTS = Array.from({ length: 2000 }, (_, i) => parseHostId(uuidV5(HOST, `host ${i}`)))

describe('the period', () => {
  it.each(WHOLE_MINUTES)(
    'the period of a cadence of %d min is in whole minutes, within a fifth of it',
    (minutes) => {
      const periods = new Set(MANY_HOSTS.map((id) => periodMinutes(minutes * MINUTE_MS, id)))
      for (const period of periods) {
        expect(Number.isInteger(period)).toBe(true)
        expect(period * 5).toBeGreaterThanOrEqual(minutes * 4)
        expect(period * 5).toBeLessThanOrEqual(minutes * 6)
      }
      // Every whole minute within the fifth is some host's: the load is spread as far as it may be.
      expect(periods.size).toBe(Math.floor((minutes * 6) / 5) - Math.ceil((minutes * 4) / 5) + 1)
    },
  )

  it('the period of a cadence of 60 s is one minute for every host', () => {
    expect(new Set(MANY_HOSTS.map((id) => periodMinutes(MIN_INTERVAL_MS, id)))).toEqual(new Set([1]))
  })

  it('the period is as near to the jittered interval as whole minutes within a fifth allow', () => {
    fc.assert(
      fc.property(anyHostId, fc.constantFrom(...WHOLE_MINUTES), (id, minutes) => {
        const jittered = applyJitter(minutes * MINUTE_MS, id) / MINUTE_MS
        const [least, most] = [Math.ceil((minutes * 4) / 5), Math.floor((minutes * 6) / 5)]
        const off = Math.abs(periodMinutes(minutes * MINUTE_MS, id) - jittered)
        for (let other = least; other <= most; other++)
          expect(off).toBeLessThanOrEqual(Math.abs(other - jittered))
      }),
    )
  })

  it.each([
    [75_000, 60_000],
    [89_999, 60_000],
    [90_000, 120_000],
    [100_000, 120_000],
  ])('the period of %d ms, which is no whole minute, is that of %d ms', (intervalMs, wholeMs) => {
    for (const id of MANY_HOSTS) expect(periodMinutes(intervalMs, id)).toBe(periodMinutes(wholeMs, id))
  })
})

describe('the phase', () => {
  it('the phase of a host lies within the period', () => {
    fc.assert(
      fc.property(anyHostId, fc.integer({ min: 1, max: 72 }), (id, minutes) => {
        const phase = phaseMs(id, minutes * MINUTE_MS)
        expect(Number.isInteger(phase)).toBe(true)
        expect(phase).toBeGreaterThanOrEqual(0)
        expect(phase).toBeLessThan(minutes * MINUTE_MS)
      }),
    )
  })
})

describe('the phase of 100 hosts whose ids follow each other', () => {
  // Their jittered intervals are nearly the same: FNV-1a mixes the last byte badly.
  it('the phase of 100 hosts whose ids follow each other is another one for each, and leaves no quarter of the period to less than a tenth of them', () => {
    const hosts = Array.from({ length: 100 }, (_, i) =>
      parseHostId(`0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f00${i.toString(16).padStart(2, '0')}`),
    )
    const phases = hosts.map((id) => phaseMs(id, DEFAULT_INTERVAL_MS))
    expect(new Set(phases).size).toBe(100)
    for (let quarter = 0; quarter < 4; quarter++) {
      const inIt = phases.filter((phase) => Math.floor((phase * 4) / DEFAULT_INTERVAL_MS) === quarter)
      expect(inIt.length).toBeGreaterThanOrEqual(10)
    }
  })
})

describe('the next occurrence', () => {
  it('the next occurrence is the first instant after now that is congruent to the phase', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 1, max: 72 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (nowMs, minutes, share) => {
          const periodMs = minutes * MINUTE_MS
          const phase = Math.floor(share * periodMs)
          const next = nextOccurrenceMs(nowMs, periodMs, phase)
          expect(next).toBeGreaterThan(nowMs)
          expect(next - nowMs).toBeLessThanOrEqual(periodMs)
          expect((((next - phase) % periodMs) + periodMs) % periodMs).toBe(0)
        },
      ),
    )
  })

  it('the next occurrence at the very instant of an occurrence is a period later', () => {
    expect(nextOccurrenceMs(10_000, 60_000, 10_000)).toBe(70_000)
    expect(nextOccurrenceMs(9_999, 60_000, 10_000)).toBe(10_000)
  })
})
