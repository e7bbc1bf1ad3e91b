import { describe, expect, it } from 'vitest'
import { busEvent, MAX_EVENT_BYTES } from '../../shared/domain/bus-event.ts'
import { isPublished, type OutboxEvent, orderKey } from '../../shared/domain/outbox.ts'

const HOST = { id: '6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162', name: 'web-01', address: '10.0.0.1', port: 22 }
const DOWN: OutboxEvent = {
  id: '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005',
  sequence: 7,
  action: 'host.connectivity.checked',
  actorId: 'awareness-probe',
  occurredAt: new Date('2026-03-01T04:05:06.789Z'),
  resourceType: 'host',
  resourceId: HOST.id,
  detail: { host_id: HOST.id, new_status: 'unreachable', prior_status: 'reachable' },
  isDetailOmitted: false,
  host: HOST,
  isInMaintenance: false,
  isFlapping: false,
}

describe('the event on the bus', () => {
  it('the event on the bus has what is the same for every action, and beside it the particulars of its own', () => {
    const event = busEvent(DOWN, 'prod')
    expect(event).toMatchObject({ detailType: 'host.connectivity.checked', time: DOWN.occurredAt })
    expect(JSON.parse(event.detail)).toEqual({
      host_id: HOST.id,
      new_status: 'unreachable',
      prior_status: 'reachable',
      id: DOWN.id,
      sequence: 7,
      stage: 'prod',
      occurred_at: '2026-03-01T04:05:06.789Z',
      host: HOST,
      in_maintenance: false,
      flapping: false,
    })
  })

  it('the event on the bus keeps its own id, stage and host whatever the particulars call theirs', () => {
    const { detail } = busEvent({ ...DOWN, detail: { id: 'x', stage: 'y', host: 'z', other: 1 } }, 'prod')
    expect(JSON.parse(detail)).toMatchObject({ id: DOWN.id, stage: 'prod', host: HOST, other: 1 })
  })

  it.each([[null], [[1, 2]], ['text'], [7]])(
    'the event on the bus carries particulars that are %j under a name',
    (detail) => {
      expect(JSON.parse(busEvent({ ...DOWN, detail }, 'prod').detail)).toMatchObject({ id: DOWN.id, detail })
    },
  )

  it('the event on the bus comes without its particulars, and says so, where they are too long for the bus', () => {
    const long = { text: 'é'.repeat(MAX_EVENT_BYTES / 2) }
    const event = busEvent({ ...DOWN, detail: long }, 'prod')
    expect(event).toMatchObject({ isCut: true })
    expect(event.bytes).toBeLessThan(1000)
    expect(JSON.parse(event.detail)).toMatchObject({ id: DOWN.id, host: HOST, detail_omitted: true })
    expect(busEvent({ ...DOWN, detail: { text: 'é'.repeat(1000) } }, 'prod')).toMatchObject({ isCut: false })
  })

  it('the event on the bus may be as long as the bus takes, and not a byte longer', () => {
    const withText = (length: number) => busEvent({ ...DOWN, detail: { text: 'e'.repeat(length) } }, 'prod')
    const longest = MAX_EVENT_BYTES - withText(0).bytes
    expect(withText(longest)).toMatchObject({ bytes: MAX_EVENT_BYTES, isCut: false })
    expect(withText(longest + 1)).toMatchObject({ isCut: true })
  })

  it('the event on the bus says so too where the particulars were left in the table', () => {
    const { detail } = busEvent({ ...DOWN, detail: null, isDetailOmitted: true }, 'prod')
    expect(JSON.parse(detail)).toMatchObject({ detail_omitted: true })
  })

  it('the event on the bus counts bytes and not characters', () => {
    const plain = busEvent({ ...DOWN, detail: { text: 'e' } }, 'prod').bytes
    expect(busEvent({ ...DOWN, detail: { text: '😀' } }, 'prod').bytes).toBe(plain + 3)
  })

  it('the event on the bus bears an action of any length in what EventBridge takes for a detail type', () => {
    expect(busEvent({ ...DOWN, action: 'a'.repeat(300) }, 'prod').detailType).toHaveLength(128)
    expect(busEvent({ ...DOWN, action: '' }, 'prod').detailType).toBe('none')
  })
})

describe('which events are published:', () => {
  it.each([
    ['awareness-probe', 'host.connectivity.checked', '', true],
    ['awareness-operate', 'policy.changed', '', true],
    ['openwatch', 'host.connectivity.checked', '', false],
    [null, 'scan.started', '', false],
    ['openwatch', 'scan.started', 'scan.started', true],
    ['openwatch', 'scan.started', 'scan.ended,scan.started', true],
    ['openwatch', 'scan.started.late', 'scan.started', false],
    ['openwatch', 'scan.started', 'scan.*', true],
    ['openwatch', 'scan', 'scan.*', false],
    [null, 'user.login', '*', true],
    [null, '', '', false],
    [null, '', 'scan.started,', false],
  ])(
    'an event of %s, %s, with publish_actions %j is published: %s',
    (actorId, action, publishActions, expected) => {
      expect(isPublished({ actorId, action }, publishActions)).toBe(expected)
    },
  )
})

it('events keep their order on the way to the bus where they are of one resource', () => {
  expect(orderKey(DOWN)).toBe(orderKey({ ...DOWN, action: 'compliance.drift.detected' }))
  const others = [
    { resourceType: 'fleet' },
    { resourceId: 'web-02' },
    { resourceType: null },
    { resourceId: null },
  ]
  const keys = [DOWN, ...others.map((other) => ({ ...DOWN, ...other }))].map(orderKey)
  expect(new Set(keys).size).toBe(keys.length)
  expect(orderKey({ ...DOWN, resourceType: null, resourceId: null })).toBe('/')
})
