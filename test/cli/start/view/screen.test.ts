import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { renderScreen, type ScreenState } from '../../../../cli/start/view/screen.ts'
import { formatSummary } from '../../../../cli/start/view/summary-table.ts'
import type { ChangeRow, NoticeRow } from '../../../../infra/local/bus-feed.ts'
import type { Notice } from '../../../../infra/local/bus-notice.ts'
import type { DriftRow } from '../../../../shared/db/drift-view.ts'

const at = new Date('2026-01-02T03:04:05Z')
const change: ChangeRow = {
  id: '1',
  occurredAt: at,
  hostId: 'h',
  name: 'db-01\u001b[2J',
  address: '::1',
  port: 22,
  from: 'reachable',
  to: 'unreachable',
  errorType: 'connection_refused',
  responseMs: null,
  isInMaintenance: false,
  isFlapping: false,
}
const state: ScreenState = {
  title: 'demonstration',
  speed: 60,
  recent: Array.from({ length: 50 }, () => change),
  numbers: {
    hosts: 12_345,
    reachable: 12_000,
    unreachable: 300,
    unknown: 45,
    inMaintenance: 0,
    flapping: 0,
    inconclusive: 0,
    inconclusiveReason: null,
    p50Ms: 2,
    p99Ms: null,
  },
  changes: [],
  notices: [],
  probes: 99,
  fleetTime: at,
  fault: null,
  outage: null,
  phase: 'running',
}

describe('the live view', () => {
  it.each([
    [80, 24],
    [200, 60],
    [20, 12],
    [5, 3],
  ])('the live view fits a terminal of %i columns', (columns, rows) => {
    const lines = renderScreen(state, { columns, rows, colours: true }).split('\n')
    for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns)
    expect(lines.length).toBeLessThanOrEqual(Math.max(rows, 13))
  })

  it('the live view says how many hosts are in each state, and what changed last', () => {
    const text = renderScreen(state, { columns: 120, rows: 30, colours: false })
    expect(text).toContain('12,345 hosts')
    expect(text).toContain('12,000 reachable')
    expect(text).toMatch(/response p50 2 ms, p99 –/)
    expect(text).toMatch(/03:04:05 .*reachable → unreachable connection_refused +\[::1\]:22/)
  })

  it('the live view says how many hosts could not be probed, and why', () => {
    const size = { columns: 160, rows: 30, colours: false }
    const numbers = { ...state.numbers, inconclusive: 1_234, inconclusiveReason: 'EMFILE' }
    expect(renderScreen({ ...state, numbers }, size)).toContain('45 unknown   1,234 without result: EMFILE\n')
    expect(renderScreen(state, size)).not.toContain('without result')
  })

  it('the live view says how many hosts are silenced, and marks their changes', () => {
    const size = { columns: 160, rows: 30, colours: false }
    const numbers = { ...state.numbers, inMaintenance: 4, flapping: 1_234 }
    const recent = [{ ...change, isInMaintenance: true, isFlapping: true }]
    const text = renderScreen({ ...state, numbers, recent }, size)
    expect(text).toContain('45 unknown   4 under maintenance, 1,234 flapping\n')
    expect(text).toMatch(/\[::1\]:22 {2}under maintenance {2}flapping$/m)
    expect(renderScreen(state, size)).not.toMatch(/maintenance|flapping/)
  })

  it.each<[Notice, string]>([
    [{ kind: 'flapping started', changes: 4, window_minutes: 60 }, 'flapping: 4 changes in 60 min'],
    [{ kind: 'flapping stopped', status: 'reachable' }, 'flapping no longer: reachable'],
    [
      { kind: 'maintenance started', hosts: 2, reason: 'new\u001b[2J' },
      'maintenance of 2 hosts: new\ufffd[2J',
    ],
    [{ kind: 'maintenance ended', hosts: 1, still_down: 1 }, 'maintenance of 1 host ended, 1 still down'],
    [{ kind: 'identification changed', after: 'SSH-2.0-x' }, 'another SSH server: SSH-2.0-x'],
    [
      { kind: 'prober suspect', probed: 12, failed: 9 },
      'prober suspect: 9 of 12 hosts fail, and none is called down',
    ],
    [{ kind: 'prober trusted', still_failing: 0 }, 'prober trusted again, 0 still failing'],
    [{ kind: 'policy changed', settings: ['notify'] }, 'policy changed: notify'],
    [{ kind: 'other', action: 'fleet.hosts.added' }, 'fleet.hosts.added'],
  ])('the live view shows %j among the last changes', (notice, text) => {
    const row: NoticeRow = { id: 'n', occurredAt: at, name: null, notice }
    const size = { columns: 120, rows: 30, colours: false }
    expect(renderScreen({ ...state, recent: [row] }, size)).toContain(`  03:04:05  fleet          ${text}\n`)
  })

  it('the live view says that the prober is suspect, before other faults', () => {
    const size = { columns: 160, rows: 30, colours: false }
    const line = 'prober suspect since 03:04:05 UTC: no host is called down\n'
    expect(renderScreen({ ...state, suspectSince: at, fault: 'boom' }, size)).toContain(line)
    expect(renderScreen({ ...state, suspectSince: null, fault: 'boom' }, size)).toContain('boom')
  })

  it('the live view has no escape sequence of its own without colours, and never one of a host’s name', () => {
    expect(renderScreen(state, { columns: 120, rows: 30, colours: false })).not.toContain('\u001b')
    expect(renderScreen(state, { columns: 120, rows: 30, colours: true })).not.toContain('\u001b[2J')
  })
})

it('the live view leaves out of a row what does not fit, and cuts no word of it', () => {
  const drift: DriftRow = {
    id: 'd',
    recordedAt: at,
    occurredAt: at,
    hostId: 'h',
    name: 'cache-03',
    driftType: 'major',
    basis: 'all_rules',
    priorScore: 75,
    currentScore: 65,
    scoreDelta: -10,
    comparedDelta: -10,
  }
  const recent = [{ ...change, name: 'db-01' }, drift]
  const rows = (columns: number): string[] =>
    renderScreen({ ...state, recent }, { columns, rows: 30, colours: false })
      .split('\n')
      .filter((line) => line.startsWith('  03:04:05'))
  expect(rows(82)).toEqual([
    '  03:04:05  cache-03              75 % → 65 %        −10 pp    major worsening',
    '  03:04:05  db-01            reachable → unreachable connection_refused  [::1]:22',
  ])
  expect(rows(80)[0]).toBe('  03:04:05  cache-03              75 % → 65 %        −10 pp    major worsening')
  expect(rows(75)).toEqual([
    '  03:04:05  cache-03              75 % → 65 %        −10 pp',
    '  03:04:05  db-01            reachable → unreachable connection_refused',
  ])
})

describe('the summary table', () => {
  it('the summary table of a large fleet lists those that did not answer, as many as can be read, and counts why', () => {
    const results = Array.from({ length: 1000 }, (_, i) => ({
      host_id: String(i),
      name: `host-${i}`,
      address: '192.0.2.1',
      port: i + 1,
      status: 'unknown' as const,
      outcome: 'probed' as const,
      response_ms: i < 900 ? i : null,
      error_type: i < 900 ? null : 'tcp_timeout',
      ssh_identification: i < 900 ? 'SSH-2.0-x' : null,
      reason: null,
    }))
    const lines = formatSummary(results, 5.04, { colours: false, columns: null })
    expect(lines.filter((line) => line.startsWith('host-'))).toHaveLength(50)
    expect(lines).toContain('… and 50 more that did not answer')
    expect(lines.at(-2)).toBe(
      '1,000 hosts in 5.0 s: 900 answered, 100 did not; response p50 449 ms, p99 890 ms',
    )
    expect(lines.at(-1)).toBe('     100  tcp_timeout')
  })
})
