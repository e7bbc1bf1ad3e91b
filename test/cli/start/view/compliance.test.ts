import { expect, test } from 'vitest'
import { createPlainView } from '../../../../cli/start/view/plain.ts'
import { renderScreen } from '../../../../cli/start/view/screen.ts'
import type { LiveState } from '../../../../cli/start/view/view.ts'
import type { Compliance } from '../../../../infra/local/compliance.ts'
import type { DriftRow } from '../../../../shared/db/drift-view.ts'

const drift = (
  name: string | null,
  from: number,
  to: number,
  driftType: DriftRow['driftType'],
): DriftRow => ({
  id: `${name} ${from} ${to}`,
  recordedAt: new Date('2026-03-01T10:00:01Z'),
  occurredAt: new Date('2026-03-01T10:00:00Z'),
  hostId: '00000000-0000-4000-8000-000000000001',
  name,
  driftType,
  priorScore: from,
  currentScore: to,
  scoreDelta: to - from,
  comparedDelta: to - from,
  basis: 'all_rules',
})

const DRIFTS = [drift('web-01', 75, 65, 'major'), drift('web-02', 66.66667, 80, 'improvement')]

const compliance: Compliance = {
  drifts: DRIFTS,
  judged: 1_204,
  drifted: { improvement: 1, minor: 0, major: 2 },
}

const state: LiveState = {
  numbers: {
    hosts: 2,
    reachable: 2,
    unreachable: 0,
    unknown: 0,
    inMaintenance: 0,
    flapping: 0,
    inconclusive: 0,
    inconclusiveReason: null,
    p50Ms: 1,
    p99Ms: 2,
  },
  changes: [],
  notices: [],
  compliance,
  probes: 4,
  fleetTime: new Date('2026-03-01T10:00:02Z'),
  fault: null,
  outage: null,
  phase: 'running',
}

test('plain lines tell of each drift, and count the scans of every kind', () => {
  const lines: string[] = []
  createPlainView(
    (line) => lines.push(line),
    () => 0,
  ).update(state)
  expect(lines).toEqual([
    '2026-03-01T10:00:00.000Z drift web-01 75 % -> 65 % (major worsening, −10 pp)',
    '2026-03-01T10:00:00.000Z drift web-02 66.7 % -> 80 % (improvement, +13.3 pp)',
    expect.stringMatching(
      /; 4 probes; 1,204 scans: 1,201 stable, 1 improvement, 0 minor worsenings, 2 major worsenings$/,
    ),
  ])
})

test('the screen has drift among the last changes, newest on top, and fits the terminal', () => {
  const size = { columns: 90, rows: 20, colours: false }
  const screen = { ...state, title: 'demonstration', speed: 60, recent: DRIFTS }
  const lines = renderScreen(screen, size).split('\n')
  expect(lines).toContain(
    '  1,204 scans: 1,201 stable, 1 improvement, 0 minor worsenings, 2 major worsenings',
  )
  expect(lines.filter((line) => line.includes('web-0'))).toEqual([
    expect.stringMatching(/^ {2}10:00:00 {2}web-02 +66\.7 % → 80 % +\+13\.3 pp +improvement$/),
    expect.stringMatching(/^ {2}10:00:00 {2}web-01 +75 % → 65 % +−10 pp +major worsening$/),
  ])
  expect(lines.length).toBeLessThanOrEqual(size.rows)
  const full = renderScreen(
    { ...screen, recent: Array.from({ length: 50 }, () => DRIFTS[0] as DriftRow) },
    size,
  )
  expect(full.split('\n').length).toBeLessThan(size.rows)
})

test('where new rules were left out of the comparison the scores and the delta shown are without them', () => {
  const worse: DriftRow = {
    ...drift('web-03', 50, 94, 'major'),
    comparedDelta: -12.5,
    basis: 'common_rules',
  }
  const lines: string[] = []
  createPlainView(
    (line) => lines.push(line),
    () => 0,
  ).update({ ...state, compliance: { ...compliance, drifts: [worse] } })
  expect(lines[0]).toContain('web-03 50 % -> 37.5 % (major worsening of known rules, −12.5 pp)')
  const screen = { ...state, title: 'demonstration', speed: 60, recent: [worse] }
  const shown = renderScreen(screen, { columns: 100, rows: 20, colours: false })
  expect(shown).toMatch(/web-03 +50 % → 37\.5 % +−12\.5 pp +major worsening of known rules/)
})

test('a name that would steer the terminal is shown harmless, and a host that is gone by its id', () => {
  const lines: string[] = []
  const drifts = [drift('a\u001b[2J', 80, 75, 'minor'), drift(null, 80, 75, 'minor')]
  createPlainView(
    (line) => lines.push(line),
    () => 0,
  ).update({ ...state, compliance: { ...compliance, drifts } })
  expect(lines[0]).toContain('drift a\ufffd[2J 80 %')
  expect(lines[1]).toContain('drift 00000000-0000-4000-8000-000000000001 80 %')
})
