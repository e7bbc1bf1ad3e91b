import { uuidV5 } from './uuid-v5.ts'

/** The rules that a scan evaluated. */
export type RuleSet = {
  /** Derived from the rule ids: scans of the same rules have the same rule set. */
  readonly id: string
  /** Each once, sorted by code unit. */
  readonly ruleIds: readonly string[]
}

/** A random UUID of this product. It must never change: the ids of all stored rule sets are derived from it. */
const RULE_SET_NAMESPACE = '0d2a6f7e-93c1-4b58-8f0e-3a5d7c1b9e64'

/** The rule set of these rules, in whatever order they are given. Each has to be there once, without NUL. */
export function createRuleSet(rules: readonly string[]): RuleSet {
  const ruleIds = rules.toSorted()
  // No rule id contains NUL, so that no two sets of rules have the same name.
  return { id: uuidV5(RULE_SET_NAMESPACE, ruleIds.join('\0')), ruleIds }
}
