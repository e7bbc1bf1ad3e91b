import type { DriftType } from '../domain/drift-event.ts'
import type { Fragment, Tx } from './client.ts'

/** The particulars of a drift event that a digest says; null where the event is another one. */
export type DriftColumns = {
  readonly drift_type: DriftType | null
  readonly prior_score: number | null
  readonly current_score: number | null
  readonly became_failing: readonly [number, number, number, number]
}

/** They are read from the detail of an event `a`. */
export const driftColumns = (tx: Tx): Fragment => tx`
  a.detail ->> 'drift_type' as drift_type,
  (a.detail ->> 'prior_score')::double precision as prior_score,
  (a.detail ->> 'current_score')::double precision as current_score,
  jsonb_build_array(
    a.detail #> '{severity_transitions,critical_became_failing}',
    a.detail #> '{severity_transitions,high_became_failing}',
    a.detail #> '{severity_transitions,medium_became_failing}',
    a.detail #> '{severity_transitions,low_became_failing}'
  ) as became_failing`

/** What a digest says of a drift; null where the event is another one. */
export function driftNews(row: DriftColumns) {
  const { drift_type: driftType, prior_score: priorScore, current_score: currentScore } = row
  if (driftType === null || priorScore === null || currentScore === null) return null
  return { what: 'drift', driftType, priorScore, currentScore, becameFailing: row.became_failing } as const
}
