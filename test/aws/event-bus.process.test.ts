import { describe, expect, it } from 'vitest'
import type { BusFault } from '../../infra/local/emulators/event-bus/faults.ts'
import type { DeliveredEvent } from '../../infra/local/emulators/event-bus/put-events.ts'
import { localEventBridgeClient, startEventBus } from '../../infra/local/emulators/event-bus/server.ts'
import { eventBus } from '../../shared/aws/event-bus.ts'
import type { BusEvent } from '../../shared/domain/bus-event.ts'

const BUS = 'fleet-awareness-test'
const { signal } = new AbortController()

const busEventOf = (n: number, detail = `{"id":"${n}"}`): BusEvent => ({
  id: String(n),
  detailType: 'host.connectivity.checked',
  time: new Date('2026-03-01T04:05:06.789Z'),
  detail,
  bytes: detail.length,
  isCut: false,
})

async function busOnLoopback() {
  const delivered: DeliveredEvent[] = []
  const local = await startEventBus({
    buses: [BUS],
    now: () => new Date(),
    onEvent: (event) => void delivered.push(event),
  })
  const client = localEventBridgeClient(local.endpoint)
  return {
    ...local,
    delivered,
    bus: eventBus(client, BUS),
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await local.stop()
    },
  }
}

describe('an event on the bus', () => {
  it('an event on the bus is delivered with source, type, time and detail', async () => {
    await using local = await busOnLoopback()
    expect(await local.bus.put([busEventOf(1)], signal)).toEqual([null])
    expect(local.delivered).toMatchObject([
      {
        source: 'fleet-awareness',
        'detail-type': 'host.connectivity.checked',
        time: '2026-03-01T04:05:06Z',
        detail: { id: '1' },
      },
    ])
  })

  it('an event on the bus is refused by itself where something is wrong with it alone, and the others are taken', async () => {
    await using local = await busOnLoopback()
    const faults = await local.bus.put([busEventOf(1), busEventOf(2, '{'), busEventOf(3)], signal)
    expect(faults).toEqual([null, { code: 'MalformedDetail', message: expect.any(String) }, null])
    expect(local.delivered.map(({ detail }) => detail.id)).toEqual(['1', '3'])
  })

  it('an event on the bus is one of seven out of ten that were taken, in the order of the ten', async () => {
    await using local = await busOnLoopback()
    local.faults.next({ refuse: [0, 4, 9], errorCode: 'ThrottlingException' })
    const ten = Array.from({ length: 10 }, (_, i) => busEventOf(i))
    const faults = await local.bus.put(ten, signal)
    expect(faults.flatMap((fault, i) => (fault === null ? [] : [i]))).toEqual([0, 4, 9])
    expect(local.delivered.map(({ detail }) => detail.id)).toEqual(['1', '2', '3', '5', '6', '7', '8'])
  })

  it.each<[BusFault, string]>([
    ['ThrottlingException', 'ThrottlingException'],
    ['AccessDeniedException', 'AccessDeniedException'],
    ['InternalException', 'InternalException'],
  ])(
    'an event on the bus of a call that stays %s is not taken, and the call is thrown',
    async (fault, name) => {
      await using local = await busOnLoopback()
      local.faults.next(fault, 10)
      await expect(local.bus.put([busEventOf(1)], signal)).rejects.toMatchObject({ name })
      expect(local.delivered).toEqual([])
    },
  )

  it('an event on the bus of a call that is throttled once is put again by the client', async () => {
    await using local = await busOnLoopback()
    local.faults.next('ThrottlingException')
    expect(await local.bus.put([busEventOf(1)], signal)).toEqual([null])
  })

  it('an event on the bus may be there twice after an answer that was lost', async () => {
    await using local = await busOnLoopback()
    local.faults.next('drop_answer')
    expect(await local.bus.put([busEventOf(1)], signal)).toEqual([null])
    expect(local.delivered.map(({ detail }) => detail.id)).toEqual(['1', '1'])
  })
})

describe('a bus that is gone', () => {
  it('a bus that is gone answers with success as AWS does, so that only asking for it shows it', async () => {
    await using local = await busOnLoopback()
    expect(await local.bus.exists(signal)).toBe(true)
    local.deleteBus(BUS)
    expect(await local.bus.put([busEventOf(1)], signal)).toEqual([null])
    expect(local.delivered).toEqual([])
    expect(await local.bus.exists(signal)).toBe(false)
  })
})
