import type { Compliance } from '../../../infra/local/compliance.ts'
import type { DriftRow } from '../../../shared/db/drift-view.ts'
import type { ChangeRow, FleetNumbers } from '../../../shared/db/fleet-view.ts'
import { replaceControlCharacters } from '../../../shared/domain/control-characters.ts'
import type { DriftType } from '../../../shared/domain/drift-event.ts'
import { formatCount, formatMilliseconds, formatNumber } from '../../terminal/format.ts'

/** Says beside the two states of a change why the host is down, or how fast it answered. */
export const describeReason = (change: ChangeRow): string =>
  change.errorType ?? formatMilliseconds(change.responseMs)

/** The name of a host that changed; its id where the host is gone. */
export const formatName = (change: { readonly name: string | null; readonly hostId: string }): string =>
  replaceControlCharacters(change.name ?? change.hostId)

/** Describes the fleet in numbers. */
export function describeFleet(numbers: FleetNumbers): string {
  const states = `${formatNumber(numbers.reachable)} reachable, ${formatNumber(numbers.unreachable)} unreachable, ${formatNumber(numbers.unknown)} unknown`
  return `${formatCount(numbers.hosts, 'host')}: ${states}; response p50 ${formatMilliseconds(numbers.p50Ms)}, p99 ${formatMilliseconds(numbers.p99Ms)}`
}

const oneDecimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

const formatScore = (percent: number): string => `${oneDecimal.format(percent)} %`

const DRIFT_NAMES: Record<DriftType, string> = {
  improvement: 'improvement',
  minor: 'minor worsening',
  major: 'major worsening',
}

/** Formats the scores that were compared: where new rules were left out, the second one is without them. */
export const formatComparedScores = ({
  priorScore,
  comparedDelta,
}: DriftRow): { before: string; after: string } => ({
  before: formatScore(priorScore),
  after: formatScore(priorScore + comparedDelta),
})

/** Formats the delta that was compared, in percentage points: `+13.3 pp`. */
export const formatDelta = ({ comparedDelta }: DriftRow): string =>
  `${comparedDelta > 0 ? '+' : '−'}${oneDecimal.format(Math.abs(comparedDelta))} pp`

/** Names the kind of drift, and says so where new rules were left out of the comparison. */
export const describeDrift = ({ driftType, basis }: DriftRow): string =>
  basis === 'common_rules' ? `${DRIFT_NAMES[driftType]} of known rules` : DRIFT_NAMES[driftType]

/** Describes what came of the scans of this run. */
export function describeCompliance({ judged, drifted }: Compliance): string {
  const { improvement, minor, major } = drifted
  const stable = Math.max(0, judged - improvement - minor - major)
  const kinds = [`${formatNumber(stable)} stable`, formatCount(improvement, 'improvement')]
  kinds.push(formatCount(minor, 'minor worsening'), formatCount(major, 'major worsening'))
  return `${formatCount(judged, 'scan')}: ${kinds.join(', ')}`
}
