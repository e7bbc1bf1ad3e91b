import type { DriftType } from '../domain/drift-event.ts'
import type { DriftBasis } from '../domain/verdict.ts'
import type { Sql } from './client.ts'

export type DriftRow = {
  readonly id: string
  readonly recordedAt: Date
  /** When the scan was complete, which may be long before `recordedAt`. */
  readonly occurredAt: Date
  readonly hostId: string
  readonly name: string | null
  readonly driftType: DriftType
  readonly priorScore: number
  readonly currentScore: number
  readonly scoreDelta: number
  /** The delta that was held against the thresholds, which decided `driftType`. */
  readonly comparedDelta: number
  readonly basis: DriftBasis
}

/**
 * The drift events that were stored at `since` or later, oldest first. Events that older versions stored have no
 * `compared_delta`: it is derived from their basis.
 */
export function listDrifts(sql: Sql, since: Date): Promise<DriftRow[]> {
  return sql<DriftRow[]>`
    select
      a.id,
      a.recorded_at as "recordedAt",
      a.occurred_at as "occurredAt",
      a.resource_id as "hostId",
      h.hostname as name,
      a.detail ->> 'drift_type' as "driftType",
      (a.detail ->> 'prior_score')::double precision as "priorScore",
      (a.detail ->> 'current_score')::double precision as "currentScore",
      (a.detail ->> 'score_delta')::double precision as "scoreDelta",
      coalesce(a.detail ->> 'compared_delta', case a.detail ->> 'basis'
          when 'common_rules' then a.detail ->> 'like_for_like_delta'
          else a.detail ->> 'score_delta'
        end)::double precision as "comparedDelta",
      a.detail ->> 'basis' as basis
    from audit_events a
    left join hosts h on h.id = (a.detail ->> 'host_id')::uuid
    where a.action = 'compliance.drift.detected' and a.recorded_at >= ${since}
    order by a.recorded_at, a.id`
}
