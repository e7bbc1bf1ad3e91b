import type { Describes } from './audit-event-shape.ts'
import type { DriftKind } from './drift.ts'
import { uuidV5 } from './uuid-v5.ts'
import type { DriftBasis, SeverityTransitions, Verdict } from './verdict.ts'

const DRIFT_TYPES = {
  major_worsening: 'major',
  minor_worsening: 'minor',
  improvement: 'improvement',
} as const satisfies Record<Exclude<DriftKind, 'stable'>, string>
export type DriftType = (typeof DRIFT_TYPES)[keyof typeof DRIFT_TYPES]

export type ComplianceDriftDetected = Describes<
  'compliance.drift.detected',
  'warning' | 'info',
  {
    readonly host_id: string
    readonly scan_id: string
    readonly drift_type: DriftType
    readonly score_delta: number
    /** The delta that was held against the thresholds: `score_delta` or `like_for_like_delta`, by `basis`. */
    readonly compared_delta: number
    /** Null where no rule that was there before was scored after. */
    readonly like_for_like_delta: number | null
    readonly prior_score: number
    readonly current_score: number
    readonly severity_transitions: SeverityTransitions
    readonly new_rules: number
    readonly basis: DriftBasis
  }
>

/** The event of a scan after which its host is better or worse; null after a stable one. */
export function complianceDriftDetected(
  hostId: string,
  scanId: string,
  verdict: Verdict,
): ComplianceDriftDetected | null {
  const { kind, scoreDelta, comparedDelta, priorScore, currentScore } = verdict
  if (kind === 'stable' || scoreDelta === null || comparedDelta === null) return null
  if (priorScore === null || currentScore === null) return null
  return {
    action: 'compliance.drift.detected',
    severity: kind === 'improvement' ? 'info' : 'warning',
    outcome: kind === 'improvement' ? 'success' : 'failure',
    resourceType: 'host',
    resourceId: hostId,
    detail: {
      host_id: hostId,
      scan_id: scanId,
      drift_type: DRIFT_TYPES[kind],
      score_delta: scoreDelta,
      compared_delta: comparedDelta,
      like_for_like_delta: verdict.likeForLikeDelta,
      prior_score: priorScore,
      current_score: currentScore,
      severity_transitions: verdict.severityTransitions,
      new_rules: verdict.newRules,
      basis: verdict.basis,
    },
  }
}

/** A random UUID of this product. It must never change: the ids of all stored drift events are derived from it. */
const DRIFT_EVENT_NAMESPACE = '5f0b1f4e-6d0c-4d5b-9a57-0c7f6a1be2d3'

/** The id of a scan's drift event: the same however often the scan is judged, and by whichever consumer. */
export const driftEventId = (hostId: string, scanId: string): string =>
  uuidV5(DRIFT_EVENT_NAMESPACE, `compliance.drift.detected/${hostId}/${scanId}`)
