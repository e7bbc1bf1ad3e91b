import { describe, expect, it } from 'vitest'
import { AuditEventRow } from '../../shared/contracts/audit-event.ts'
import type { AuditEvent } from '../../shared/domain/audit-events.ts'
import {
  countFlapping,
  type FlappingPolicy,
  settledBefore,
  stoppedAtMs,
} from '../../shared/domain/flapping.ts'
import { flappingStarted, flappingStopped } from '../../shared/domain/flapping-event.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { readFlappingPolicy } from '../../shared/domain/policy.ts'
import { DEFAULT_POLICY } from '../support/default-policy.ts'

const MINUTE_MS = 60_000
const POLICY = readFlappingPolicy(DEFAULT_POLICY)
const NONE = { isFlapping: false, isInMaintenance: false, lastStoppedMs: null }

/** A column is five minutes, `x` a change and `s` the time at which the host stopped flapping; the last one is now. */
const COLUMN_MS = 5 * MINUTE_MS
function count(drawn: string, policy: FlappingPolicy = POLICY, isFlapping = false): number | null {
  const columns = [...drawn]
  const timesOf = (mark: string) => columns.flatMap((c, i) => (c === mark ? [i * COLUMN_MS] : []))
  const changes = timesOf('x')
  const history = { ...NONE, isFlapping, lastStoppedMs: timesOf('s').at(-1) ?? null }
  return countFlapping({ ...history, changedAtMs: changes.slice(0, -1) }, changes.at(-1) ?? 0, policy)
}

describe('a host is flapping', () => {
  it.each([
    ['x', null],
    ['xxx', null],
    ['xxxx', 4],
    ['x.x.x.x', 4],
    ['xxxxxxxx', 8],
    // The window is an hour: of twelve columns, and what is as old as that is out of it.
    ['x..........xx', null],
    ['xx.........xx', null],
    ['.xx........xx', 4],
    ['xxx.........x', null],
    // What happened before it stopped does not count again.
    ['xxxxs.....x', null],
    ['xxxxs..xxx', null],
    ['xxxxs.xxxx', 4],
    ['x', null],
  ])('a host is flapping by the changes %s: %s', (drawn, changes) => {
    expect(count(drawn)).toBe(changes)
  })

  it('a host is flapping once: one that is flapping does not start again', () => {
    expect(count('xxxxxxxx', POLICY, true)).toBeNull()
  })

  it('a host is never flapping with 0 changes in the policy, and after two with 2', () => {
    expect(count('xxxxxxxx', { ...POLICY, changes: 0 })).toBeNull()
    expect(count('xx', { ...POLICY, changes: 2 })).toBe(2)
  })

  it('a host is not flapping by a change that is dated after the one that is judged', () => {
    const history = { ...NONE, changedAtMs: [1, 2, 20] }
    expect(countFlapping(history, 10, POLICY)).toBeNull()
  })
})

describe('a host has stopped flapping', () => {
  const now = 100 * MINUTE_MS
  it.each([
    ['30 minutes and 30 s ago', now - 30.5 * MINUTE_MS, true],
    ['30 minutes ago, as its next change may not be committed yet', now - 30 * MINUTE_MS, false],
    ['just now', now, false],
  ])('a host has stopped flapping that changed last %s: %s', (_, lastChangeMs, hasStopped) => {
    expect(lastChangeMs <= settledBefore(now, POLICY)).toBe(hasStopped)
  })

  it('a host has stopped flapping when it had been quiet for 30 minutes: what happens later is told as what it is', () => {
    expect(stoppedAtMs(now, POLICY)).toBe(now + 30 * MINUTE_MS)
  })

  it('a host has stopped flapping soon where the policy knows no flapping any more', () => {
    const off = { ...POLICY, changes: 0 }
    expect(settledBefore(now, off)).toBe(now - 30_000)
    expect(stoppedAtMs(settledBefore(now, off), off)).toBe(now)
  })
})

describe('the events of flapping', () => {
  const hostId = parseHostId('6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162')
  const row = ({ resourceType, resourceId, ...event }: AuditEvent) =>
    AuditEventRow.parse({ ...event, resource_type: resourceType, resource_id: resourceId })

  it('the events of flapping say how many changes there were, and of which window', () => {
    const event = flappingStarted(hostId, { changes: 4, windowMinutes: 60, status: 'reachable' })
    expect(row(event)).toMatchObject({ severity: 'warning', detail: { changes: 4, window_minutes: 60 } })
  })

  it.each([
    ['reachable', 'success'],
    ['unreachable', 'failure'],
    ['unknown', 'success'],
  ] as const)('the events of flapping say that the host ended up %s: %s', (status, outcome) => {
    const event = flappingStopped({ hostId, status, startedAt: new Date(0), lastChangeAt: new Date(60_000) })
    expect(row(event)).toMatchObject({
      outcome,
      detail: { status, started_at: '1970-01-01T00:00:00.000Z', last_change_at: '1970-01-01T00:01:00.000Z' },
    })
  })
})
