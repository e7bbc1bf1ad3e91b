import type { ChangeRow, NoticeRow } from '../../../infra/local/bus-feed.ts'
import type { Compliance } from '../../../infra/local/compliance.ts'
import type { DriftRow } from '../../../shared/db/drift-view.ts'
import type { FleetNumbers } from '../../../shared/db/fleet-view.ts'
import { replaceControlCharacters } from '../../../shared/domain/control-characters.ts'
import type { DriftType } from '../../../shared/domain/drift-event.ts'
import { formatCount, formatMilliseconds, formatNumber } from '../../terminal/format.ts'
import type { FleetChange } from '../sync-fleet.ts'
import type { Outage } from '../watch-database.ts'

/** Says beside the two states of a change why the host is down, or how fast it answered. */
export const describeReason = (change: ChangeRow): string =>
  change.errorType ?? formatMilliseconds(change.responseMs)

/** The name of a host that changed; its id where the host is gone. */
export const formatName = (change: { readonly name: string | null; readonly hostId: string }): string =>
  replaceControlCharacters(change.name ?? change.hostId)

/** Says that people do not hear of a change, and why; empty where they do. */
export const describeQuiet = ({ isInMaintenance, isFlapping }: ChangeRow): string =>
  `${isInMaintenance ? '  under maintenance' : ''}${isFlapping ? '  flapping' : ''}`

/** Describes how many hosts people do not hear of; null where there are none. */
export function describeQuietHosts({ inMaintenance, flapping }: FleetNumbers): string | null {
  const parts = [
    inMaintenance > 0 && `${formatNumber(inMaintenance)} under maintenance`,
    flapping > 0 && `${formatNumber(flapping)} flapping`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? null : parts.join(', ')
}

/** The host that a notice is about; the fleet where it is about no single one. */
export const formatSubject = ({ name }: NoticeRow): string => replaceControlCharacters(name ?? 'fleet')

/** Describes what has happened, other than a change of status or drift. */
export const describeNotice = ({ notice }: NoticeRow): string => replaceControlCharacters(describe(notice))

function describe(notice: NoticeRow['notice']): string {
  switch (notice.kind) {
    case 'flapping started':
      return `flapping: ${notice.changes} changes in ${notice.window_minutes} min`
    case 'flapping stopped':
      return `flapping no longer: ${notice.status}`
    case 'maintenance started':
      return `maintenance of ${formatCount(notice.hosts, 'host')}: ${notice.reason}`
    case 'maintenance ended':
      return `maintenance of ${formatCount(notice.hosts, 'host')} ended, ${formatNumber(notice.still_down)} still down`
    case 'identification changed':
      return `another SSH server: ${notice.after}`
    case 'prober suspect':
      return `prober suspect: ${notice.failed} of ${notice.probed} hosts fail, and none is called down`
    case 'prober trusted':
      return `prober trusted again, ${formatNumber(notice.still_failing)} still failing`
    case 'policy changed':
      return `policy changed: ${notice.settings.join(', ')}`
    case 'other':
      return notice.action
  }
}

/** Describes what became of the hosts that the fleet file does not have, a line each; none where there are none. */
export function describeSync({ removed, prunable, others }: Omit<FleetChange, 'hosts'>): string[] {
  const lines: string[] = []
  if (removed > 0) {
    const [is, was] = removed === 1 ? ['is', 'was'] : ['are', 'were']
    lines.push(`${formatCount(removed, 'host')} ${is} no longer in the file and ${was} removed`)
  }
  if (prunable > 0) {
    const [is, them] = prunable === 1 ? ['is', 'it'] : ['are', 'them']
    lines.push(
      `${formatCount(prunable, 'host')} that this file has added ${is} no longer in it: --prune removes ${them}`,
    )
  }
  if (others > 0) {
    const [stay, they] = others === 1 ? ['stays as it is', 'is'] : ['stay as they are', 'are']
    lines.push(
      `${formatCount(others, 'other host')} in this database ${stay}, and ${they} probed by schedule as well`,
    )
  }
  return lines
}

/** Says that the database is unavailable. Everything else on the screen is as it last was. */
export const describeOutage = ({ since, reason }: Outage): string =>
  `no answer from the database since ${since.toISOString().slice(11, 19)} UTC: ${reason}`

/** Describes that the prober does not trust its own network. */
export const describeSuspect = (since: Date): string =>
  `prober suspect since ${since.toISOString().slice(11, 19)} UTC: no host is called down`

/** Describes how many hosts could not be probed, and why most of them could not; null where all could. */
export const describeInconclusive = ({ inconclusive, inconclusiveReason }: FleetNumbers): string | null =>
  inconclusive === 0 ? null : `${formatNumber(inconclusive)} without result: ${inconclusiveReason}`

/** Describes the fleet in numbers. */
export function describeFleet(numbers: FleetNumbers): string {
  const states = `${formatNumber(numbers.reachable)} reachable, ${formatNumber(numbers.unreachable)} unreachable, ${formatNumber(numbers.unknown)} unknown`
  const inconclusive = describeInconclusive(numbers)
  const quiet = describeQuietHosts(numbers)
  const attempts = [quiet, inconclusive].map((part) => (part === null ? '' : `; ${part}`)).join('')
  return `${formatCount(numbers.hosts, 'host')}: ${states}${attempts}; response p50 ${formatMilliseconds(numbers.p50Ms)}, p99 ${formatMilliseconds(numbers.p99Ms)}`
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
