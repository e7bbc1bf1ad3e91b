import { COUNTED_SEVERITIES, type RuleStatus } from '../../../shared/domain/rule-results.ts'

/** What one scan found: status and severity a rule. */
export type ScannedRules = ReadonlyMap<string, { readonly status: RuleStatus; readonly severity: string }>

export type ReferenceVerdict = {
  readonly kind: 'improvement' | 'stable' | 'minor_worsening' | 'major_worsening'
  readonly prior: readonly [passed: number, scored: number]
  readonly current: readonly [passed: number, scored: number]
  readonly common: readonly [passed: number, scored: number]
  readonly newRules: number
  readonly severityTransitions: Readonly<Record<string, number>>
}

type Thresholds = { major: number; minor: number; improvement: number }

/**
 * The verdict on the last scan of a host from all that its scans found, oldest first: slow and plain, and without
 * a log to undo. What comes after the scan, and when it is judged, the reference does not know.
 */
export function referenceVerdict(
  scans: readonly ScannedRules[],
  thresholds: Thresholds,
  basis: 'all_rules' | 'common_rules',
): ReferenceVerdict {
  const own = scans.at(-1) ?? new Map()
  const earlier = scans.slice(0, -1)
  const lastKnown = (rule: string) => earlier.findLast((scan) => scan.has(rule))?.get(rule)

  const before: RuleStatus[] = []
  const after: RuleStatus[] = []
  const common: RuleStatus[] = []
  const transitions = Object.fromEntries(
    COUNTED_SEVERITIES.flatMap((name) => [
      [`${name}_became_failing`, 0],
      [`${name}_became_passing`, 0],
    ]),
  )
  let newRules = 0
  for (const [rule, { status, severity }] of own) {
    const known = lastKnown(rule)
    after.push(status)
    if (known === undefined) newRules++
    else {
      before.push(known.status)
      common.push(status)
    }
    const failing = `${severity}_became_failing`
    const passing = `${severity}_became_passing`
    if (status === 'fail' && known?.status !== 'fail' && failing in transitions) {
      transitions[failing] = (transitions[failing] ?? 0) + 1
    }
    if (status === 'pass' && known && known.status !== 'pass' && passing in transitions) {
      transitions[passing] = (transitions[passing] ?? 0) + 1
    }
  }
  const [prior, current, compared] = [share(before), share(after), share(common)]
  return {
    kind: kindOf(prior, basis === 'all_rules' ? current : compared, thresholds),
    prior,
    current,
    common: compared,
    newRules,
    severityTransitions: transitions,
  }
}

const share = (statuses: readonly RuleStatus[]): [number, number] => [
  statuses.filter((status) => status === 'pass').length,
  statuses.filter((status) => status === 'pass' || status === 'fail').length,
]

/** In whole numbers, so that a threshold met exactly is met. */
function kindOf(
  [p0, n0]: readonly [number, number],
  [p1, n1]: readonly [number, number],
  { major, minor, improvement }: Thresholds,
): ReferenceVerdict['kind'] {
  if (n0 === 0 || n1 === 0) return 'stable'
  const delta = 100 * (p1 * n0 - p0 * n1)
  const scale = n0 * n1
  if (delta >= improvement * scale) return 'improvement'
  if (delta <= -major * scale) return 'major_worsening'
  if (delta <= -minor * scale) return 'minor_worsening'
  return 'stable'
}
