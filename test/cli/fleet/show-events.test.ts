import { expect, it } from 'vitest'
import { formatEvents } from '../../../cli/fleet/show-events.ts'

const shown = (detail: object): string | undefined =>
  formatEvents(
    [
      {
        id: '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005',
        occurred_at: '2026-03-01T10:00:00.000Z',
        action: 'compliance.drift.detected',
        severity: 'warning',
        outcome: 'failure',
        actor_id: 'awareness-drift',
        correlation_id: '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005',
        resource_type: 'host',
        resource_id: '6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162',
        host_name: 'web-1',
        detail,
      },
    ],
    { colours: false, columns: null, out: () => {}, err: () => {}, confirm: null },
  )[1]

/** New rules moved the score from 50 to 94 %; without them it fell to 37.5 %. */
const LIKE_FOR_LIKE = {
  drift_type: 'major',
  score_delta: 44,
  like_for_like_delta: -12.5,
  prior_score: 50,
  current_score: 94,
  basis: 'common_rules',
}

it('a drift event is shown with the delta that decided its type, and the scores that this delta lies between', () => {
  const words = 'major, -12.5 pp (50 % → 37.5 % of known rules)'
  expect(shown({ ...LIKE_FOR_LIKE, compared_delta: -12.5 })).toContain(words)
  expect(
    shown({ ...LIKE_FOR_LIKE, drift_type: 'improvement', basis: 'all_rules', compared_delta: 44 }),
  ).toContain('improvement, 44 pp (50 % → 94 %)')
})

it('a drift event of a version that did not store the compared delta is shown by its basis', () => {
  expect(shown(LIKE_FOR_LIKE)).toContain('major, -12.5 pp (50 % → 37.5 % of known rules)')
  expect(shown({ ...LIKE_FOR_LIKE, drift_type: 'improvement', basis: 'all_rules' })).toContain(
    'improvement, 44 pp (50 % → 94 %)',
  )
})
