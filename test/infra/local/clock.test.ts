import { expect, test, vi } from 'vitest'
import { createClock } from '../../../infra/local/clock.ts'
import { InvalidValueError } from '../../../shared/domain/errors.ts'

test('fleet time begins where it is told to and runs as fast as it is told to', async () => {
  const startAt = new Date('2026-11-23T16:30:00.000Z')
  const realStartMs = performance.now()
  const clock = createClock({ speed: 3600, startAt })
  const createdMs = performance.now()
  const fleetMs = (): number => clock.now().getTime() - startAt.getTime()
  await vi.waitFor(() => expect(fleetMs()).toBeGreaterThan(3_600_000 / 20))
  const [before, measured, after] = [performance.now(), fleetMs(), performance.now()]
  expect(measured).toBeGreaterThanOrEqual(Math.floor((before - createdMs) * 3600))
  expect(measured).toBeLessThanOrEqual((after - realStartMs) * 3600)
})

test('fleet time does not follow when the clock of the machine is set back', () => {
  const clock = createClock({ speed: 1 })
  const before = clock.now().getTime()
  vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  const after = clock.now().getTime()
  vi.useRealTimers()
  expect(after).toBeGreaterThanOrEqual(before)
})

test('a stretch of fleet time takes its speed-th part in real time', () => {
  expect(createClock({ speed: 60 }).realMs(300_000)).toBe(5_000)
  expect(createClock({ speed: 1 }).realMs(300_000)).toBe(300_000)
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a speed of %s is refused', (speed) => {
  expect(() => createClock({ speed })).toThrow(InvalidValueError)
})
