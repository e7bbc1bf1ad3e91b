import fc from 'fast-check'
import { RULE_STATUSES } from '../../../shared/domain/rule-results.ts'
import type { ScannedRules } from './reference-judgement.ts'

/** What happens to one host, and when the messages about it arrive. */
export type History = {
  /** Oldest first, each with at least one rule. */
  readonly scans: readonly ScannedRules[]
  /** For each scan, how many scans are recorded when a message about it arrives: once or more, in any order. */
  readonly arrivals: readonly (readonly number[])[]
}

const RULES = ['a', 'b', 'c', 'd', 'e', 'f']
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'unknown']

const checked = fc.record({
  status: fc.constantFrom(...RULE_STATUSES),
  severity: fc.constantFrom(...SEVERITIES),
})
/** Rules that keep a severity most of the time, and a status half of the time. */
const scan = fc.uniqueArray(fc.tuple(fc.constantFrom(...RULES), checked), {
  selector: ([rule]) => rule,
  minLength: 1,
})
type Checked = ReturnType<ScannedRules['get']> & {}
/** A result for every rule. */
const everyRule = fc.array(checked, { minLength: RULES.length, maxLength: RULES.length })
const delays = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 3 })

/** Rules that all scans of one profile check. Two profiles may share some. */
const profile = fc.uniqueArray(fc.constantFrom(...RULES), { minLength: 1 })
const profiles = fc.array(profile, { minLength: 2, maxLength: 3 })

/**
 * `any_rules`: each scan checks any rules. `for_good`: a rule that a scan leaves out is never checked again.
 * `profiles`: the scans alternate between two or three profiles.
 */
export type RulesOfScans = 'any_rules' | 'for_good' | 'profiles'

export const histories = (rulesOfScans: RulesOfScans): fc.Arbitrary<History> =>
  fc
    .tuple(
      fc.array(fc.record({ scan, everyRule, delays, profile: fc.nat(), repeatsLast: fc.boolean() }), {
        minLength: 1,
        maxLength: 6,
      }),
      profiles,
    )
    .map(([steps, ofHost]) => {
      const scans: ScannedRules[] = []
      const kept: number[][] = []
      for (const step of steps) {
        const last = scans.at(-1)
        const found = step.repeatsLast && last ? last : new Map(step.scan)
        const rules = {
          any_rules: () => found,
          for_good: () => withoutReturns(found, scans),
          profiles: () => ofProfile(ofHost[step.profile % ofHost.length] ?? [], step.everyRule),
        }[rulesOfScans]()
        if (rules.size === 0) continue
        scans.push(rules)
        kept.push(step.delays)
      }
      const arrivals = kept.map((each, s) => each.map((delay) => Math.min(s + 1 + delay, scans.length)))
      return { scans, arrivals }
    })

const ofProfile = (rules: readonly string[], results: readonly Checked[]): ScannedRules =>
  new Map(
    RULES.flatMap((rule, i) => (results[i] && rules.includes(rule) ? [[rule, results[i]] as const] : [])),
  )

function withoutReturns(rules: ScannedRules, earlier: readonly ScannedRules[]): ScannedRules {
  const last = earlier.at(-1)
  const isReturn = (rule: string) => !last?.has(rule) && earlier.some((scan) => scan.has(rule))
  return new Map([...rules].filter(([rule]) => !isReturn(rule)))
}
