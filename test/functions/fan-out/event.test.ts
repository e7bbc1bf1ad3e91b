import { describe, expect, it } from 'vitest'
import { asksForSweep, FanOutEvent } from '../../../functions/fan-out/event.ts'

/** What Scheduler sends for a schedule that has no input. */
const madeUp = (time: string): unknown => ({
  version: '0',
  id: '2a6f3c52-6cc1-4b3c-9d0e-1d0a7b6f8e11',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '000000000000',
  time,
  region: 'eu-central-1',
  resources: ['arn:aws:scheduler:eu-central-1:000000000000:schedule/test-clock/test-fan-out'],
  detail: '{}',
})

const asks = (event: unknown, now = '2030-01-01T12:00:00Z'): boolean =>
  asksForSweep(FanOutEvent.parse(event), new Date(now))

describe('an event of the fan-out', () => {
  it('an event of the fan-out asks for a sweep in one occurrence a day out of the 1,440, however late it is served', () => {
    const minutes = Array.from({ length: 1440 }, (_, i) => new Date(Date.UTC(2030, 5, 1) + i * 60_000))
    const asking = minutes.filter((at) =>
      asks(madeUp(at.toISOString().replace('.000Z', 'Z')), '2030-06-01T00:01:30Z'),
    )
    expect(asking).toEqual([minutes[0]])
  })

  it('an event of the fan-out does as an operator says, at any time', () => {
    expect(asks({ sweep: true })).toBe(true)
    expect(asks({ sweep: false, time: '2030-01-01T00:00:00Z' })).toBe(false)
  })

  it('an event of the fan-out goes by the clock where it has no time, or one that was not substituted', () => {
    expect(asks({}, '2030-01-01T00:00:59Z')).toBe(true)
    expect(asks({}, '2030-01-01T00:01:00Z')).toBe(false)
    expect(asks({ time: '<aws.scheduler.scheduled-time>' }, '2030-01-01T00:00:00Z')).toBe(true)
  })
})
