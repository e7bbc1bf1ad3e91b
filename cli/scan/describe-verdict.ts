import type { ScanListing } from '../../shared/contracts/operate-answer.ts'

/** Says a verdict in words: `minor worsening −5.2 pp`, `stable`, `not comparable: no prior baseline`. */
export function describeVerdict(scan: ScanListing): string {
  const { kind, not_comparable, basis, score_delta, like_for_like_delta } = scan
  if (not_comparable !== null) return `not comparable: ${inWords(not_comparable)}`
  const deltaPp = basis === 'common_rules' ? like_for_like_delta : score_delta
  return deltaPp === null || deltaPp === 0 ? inWords(kind) : `${inWords(kind)} ${signed(deltaPp)} pp`
}

const inWords = (name: string): string => name.replaceAll('_', ' ')

const signed = (deltaPp: number): string => `${deltaPp < 0 ? '−' : '+'}${Math.abs(deltaPp).toFixed(1)}`
