import { describe, expect, it } from 'vitest'
import { AuditEventRow } from '../../shared/contracts/audit-event.ts'
import type { AuditEvent } from '../../shared/domain/audit-events.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import {
  judgeSelection,
  MAX_HOSTS_IN_MAINTENANCE,
  type Maintenance,
} from '../../shared/domain/maintenance.ts'
import { maintenanceEnded, maintenanceStarted } from '../../shared/domain/maintenance-event.ts'

const host = (n: number, ...selectors: number[]) => ({
  id: parseHostId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
  name: `web-${n}`,
  selectors,
})

describe('the hosts that are meant', () => {
  it.each([
    { texts: ['web-1'], found: [host(1, 0)], outcome: 'selected' },
    { texts: ['web-1', 'web-*'], found: [host(1, 0, 1), host(2, 1)], outcome: 'selected' },
    { texts: ['web-1', 'wbe-2'], found: [host(1, 0)], outcome: 'unmatched' },
    { texts: ['wbe-1'], found: [], outcome: 'unmatched' },
    { texts: [], found: [], outcome: 'selected' },
  ])('$texts, of which $found are found: $outcome', ({ texts, found, outcome }) => {
    expect(judgeSelection(texts, found).outcome).toBe(outcome)
  })

  it('the hosts that are meant are none where a text means none: each such text is named', () => {
    expect(judgeSelection(['web-1', 'wbe-2', 'x*'], [host(1, 0)])).toEqual({
      outcome: 'unmatched',
      texts: ['wbe-2', 'x*'],
    })
  })

  it('the hosts that are meant are refused where there is one more than a maintenance may have', () => {
    const hosts = Array.from({ length: MAX_HOSTS_IN_MAINTENANCE + 1 }, (_, n) => host(n, 0))
    expect(judgeSelection(['*'], hosts)).toEqual({ outcome: 'too_many' })
    expect(judgeSelection(['*'], hosts.slice(1)).outcome).toBe('selected')
  })
})

describe('the events of a maintenance', () => {
  const maintenance: Maintenance = {
    id: '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0077',
    startsAt: new Date('2026-03-01T04:00:00Z'),
    endsAt: new Date('2026-03-01T06:00:00Z'),
    reason: 'kernel upgrade',
  }
  const row = ({ resourceType, resourceId, ...event }: AuditEvent) =>
    AuditEventRow.parse({ ...event, resource_type: resourceType, resource_id: resourceId })

  it('the events of a maintenance have the names of twenty hosts at most, sorted, and the number of all', () => {
    const names = Array.from({ length: 30 }, (_, n) => `web-${String(30 - n).padStart(2, '0')}`)
    expect(row(maintenanceStarted(maintenance, names))).toMatchObject({
      action: 'fleet.maintenance.started',
      resource_id: maintenance.id,
      detail: { hosts: 30, names: names.toSorted().slice(0, 20), ends_at: '2026-03-01T06:00:00.000Z' },
    })
  })

  it.each(['operator', 'time'] as const)(
    'the events of a maintenance say that it has ended by %s, and how many hosts are down',
    (cause) => {
      const end = { eventId: 'e', maintenance, hosts: 3, stillDown: 2, names: ['c', 'a', 'b'] }
      expect(row(maintenanceEnded(end, cause))).toMatchObject({
        action: 'fleet.maintenance.ended',
        detail: { cause, hosts: 3, still_down: 2, names: ['a', 'b', 'c'], reason: 'kernel upgrade' },
      })
    },
  )
})
