import { describe, expect, it } from 'vitest'
import { createBusFeed } from '../../../infra/local/bus-feed.ts'
import type { DeliveredEvent } from '../../../infra/local/emulators/event-bus/put-events.ts'

const STARTED_AT = new Date('2026-03-01T04:00:00Z')
const HOST = { id: '6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162', name: 'web-01', address: '10.0.0.1', port: 22 }

const delivered = (action: string, detail: Record<string, unknown>): DeliveredEvent => ({
  version: '0',
  id: 'of the delivery',
  'detail-type': action,
  source: 'fleet-awareness',
  account: '000000000000',
  time: '2026-03-01T04:05:06Z',
  region: 'local',
  resources: [],
  detail: {
    id: 'a',
    occurred_at: '2026-03-01T04:05:06.789Z',
    host: HOST,
    in_maintenance: true,
    flapping: false,
    ...detail,
  },
})

const DOWN = {
  host_id: HOST.id,
  prior_status: 'reachable',
  new_status: 'unreachable',
  error_type: 'tcp_timeout',
  response_time_ms: null,
}
const STATUS = 'host.connectivity.checked'

/** What the live view is given after these events. */
function read(...events: readonly DeliveredEvent[]) {
  const feed = createBusFeed(STARTED_AT)
  for (const event of events) feed.take(event)
  return feed.read()
}

describe('the feed of the live view', () => {
  it('the feed of the live view gives each change once, however often the bus delivers it', () => {
    const feed = createBusFeed(STARTED_AT)
    feed.take(delivered(STATUS, DOWN))
    feed.take(delivered(STATUS, DOWN))
    expect(feed.read().changes).toEqual([
      {
        id: 'a',
        occurredAt: new Date('2026-03-01T04:05:06.789Z'),
        hostId: HOST.id,
        name: 'web-01',
        address: '10.0.0.1',
        port: 22,
        from: 'reachable',
        to: 'unreachable',
        errorType: 'tcp_timeout',
        responseMs: null,
        isInMaintenance: true,
        isFlapping: false,
      },
    ])
    feed.take(delivered(STATUS, DOWN))
    expect(feed.read()).toEqual({ changes: [], notices: [] })
  })

  it('the feed of the live view leaves out what an earlier run has left, and drift, which is counted elsewhere', () => {
    expect(
      read(
        delivered(STATUS, { ...DOWN, occurred_at: '2026-03-01T03:59:59.999Z' }),
        delivered('compliance.drift.detected', { id: 'b' }),
      ),
    ).toEqual({ changes: [], notices: [] })
  })

  it('the feed of the live view gives everything else as a notice', () => {
    const { notices } = read(
      delivered('host.flapping.started', { changes: 4, window_minutes: 60 }),
      delivered('fleet.maintenance.ended', { id: 'b', host: null, hosts: 2, still_down: 1 }),
    )
    expect(notices.map(({ name, notice }) => [name, notice])).toEqual([
      ['web-01', { kind: 'flapping started', changes: 4, window_minutes: 60 }],
      [null, { kind: 'maintenance ended', hosts: 2, still_down: 1 }],
    ])
  })

  it('the feed of the live view takes events of other writers, whatever their shape', () => {
    const { changes, notices } = read(
      delivered(STATUS, { id: 'b', new_status: 'melted' }),
      delivered('user.login', { id: 'c', detail: [1] }),
      delivered('x', { id: 7 }),
    )
    expect(changes).toEqual([])
    expect(notices.map(({ notice }) => notice)).toEqual([
      { kind: 'other', action: STATUS },
      { kind: 'other', action: 'user.login' },
    ])
  })
})
