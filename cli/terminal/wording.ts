import type { Compliance } from '../../infra/local/compliance.ts'
import type { DriftRow } from '../../shared/db/drift-view.ts'
import type { ChangeRow, FleetNumbers } from '../../shared/db/fleet-view.ts'
import type { DriftType } from '../../shared/domain/drift-event.ts'

const number = new Intl.NumberFormat('en-US')

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number.format(count)} ${count === 1 ? one : many}`

export const plainNumber = (value: number): string => number.format(value)

export const milliseconds = (ms: number | null): string => (ms === null ? '–' : `${number.format(ms)} ms`)

export const endpoint = (address: string | null, port: number | null): string =>
  address?.includes(':') ? `[${address}]:${port}` : `${address ?? '?'}:${port ?? '?'}`

/** What a change says beside the two states: why the host is down, or how fast it answered. */
export const changeReason = (change: ChangeRow): string => change.errorType ?? milliseconds(change.responseMs)

/** Names come from files and databases: what they hold must not steer the terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')

export const changeName = (change: { readonly name: string | null; readonly hostId: string }): string =>
  printable(change.name ?? change.hostId)

export function fleetInWords(numbers: FleetNumbers): string {
  const states = `${plainNumber(numbers.reachable)} reachable, ${plainNumber(numbers.unreachable)} unreachable, ${plainNumber(numbers.unknown)} unknown`
  return `${counted(numbers.hosts, 'host')}: ${states}; response p50 ${milliseconds(numbers.p50Ms)}, p99 ${milliseconds(numbers.p99Ms)}`
}

const oneDecimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

export const score = (percent: number): string => `${oneDecimal.format(percent)} %`

const DRIFT_WORDS: Record<DriftType, string> = {
  improvement: 'improvement',
  minor: 'minor worsening',
  major: 'major worsening',
}

/** The scores that were compared: where new rules were left out, the second one is without them. */
export const comparedScores = ({
  priorScore,
  comparedDelta,
}: DriftRow): { before: string; after: string } => ({
  before: score(priorScore),
  after: score(priorScore + comparedDelta),
})

/** The delta that was compared. */
export const percentagePoints = ({ comparedDelta }: DriftRow): string =>
  `${comparedDelta > 0 ? '+' : '−'}${oneDecimal.format(Math.abs(comparedDelta))} pp`

/** The kind of drift, and where new rules were left out of the comparison, that they were. */
export const driftInWords = ({ driftType, basis }: DriftRow): string =>
  basis === 'common_rules' ? `${DRIFT_WORDS[driftType]} of known rules` : DRIFT_WORDS[driftType]

export function complianceInWords({ judged, drifted }: Compliance): string {
  const { improvement, minor, major } = drifted
  const stable = Math.max(0, judged - improvement - minor - major)
  const kinds = [`${plainNumber(stable)} stable`, counted(improvement, 'improvement')]
  kinds.push(counted(minor, 'minor worsening'), counted(major, 'major worsening'))
  return `${counted(judged, 'scan')}: ${kinds.join(', ')}`
}
