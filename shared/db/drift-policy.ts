import { validateThresholds } from '../domain/drift.ts'
import type { DriftBasis, DriftPolicy } from '../domain/verdict.ts'
import type { Tx } from './client.ts'

type DriftPolicyRow = {
  readonly major_worsening_pp: number
  readonly minor_worsening_pp: number
  readonly improvement_pp: number
  readonly basis: DriftBasis
}

/** What an operator has set. The table's checks let nothing invalid in. */
export async function readDriftPolicy(tx: Tx): Promise<DriftPolicy> {
  const [row] = await tx<DriftPolicyRow[]>`
    select drift_major_worsening_pp as major_worsening_pp, drift_minor_worsening_pp as minor_worsening_pp,
      drift_improvement_pp as improvement_pp, drift_basis as basis
    from policy`
  if (row === undefined) throw new Error('the policy table has no row: a migration put it there')
  const thresholds = validateThresholds({
    majorWorseningPp: row.major_worsening_pp,
    minorWorseningPp: row.minor_worsening_pp,
    improvementPp: row.improvement_pp,
  })
  return { thresholds, basis: row.basis }
}
