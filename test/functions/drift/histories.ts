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
const delays = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 3 })

/** With `mayReturn` a rule may be left out by a scan and taken up again by a later one. */
export const histories = (mayReturn: boolean): fc.Arbitrary<History> =>
  fc
    .array(fc.record({ scan, delays, repeatsLast: fc.boolean() }), { minLength: 1, maxLength: 6 })
    .map((steps) => {
      const scans: ScannedRules[] = []
      const kept: number[][] = []
      for (const step of steps) {
        const last = scans.at(-1)
        const found = step.repeatsLast && last ? last : new Map(step.scan)
        const rules = mayReturn ? found : withoutReturns(found, scans)
        if (rules.size === 0) continue
        scans.push(rules)
        kept.push(step.delays)
      }
      const arrivals = kept.map((each, s) => each.map((delay) => Math.min(s + 1 + delay, scans.length)))
      return { scans, arrivals }
    })

function withoutReturns(rules: ScannedRules, earlier: readonly ScannedRules[]): ScannedRules {
  const last = earlier.at(-1)
  const isReturn = (rule: string) => !last?.has(rule) && earlier.some((scan) => scan.has(rule))
  return new Map([...rules].filter(([rule]) => !isReturn(rule)))
}
