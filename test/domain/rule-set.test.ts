import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRuleSet } from '../../shared/domain/rule-set.ts'

describe('a set of rules', () => {
  it('a set of rules has an id that is stored for ever', () => {
    expect(createRuleSet(['b', 'a'])).toEqual({
      id: 'd4babd49-6eb4-5a5b-bfef-9ddb2e0ab54d',
      ruleIds: ['a', 'b'],
    })
  })

  it('a set of rules is the same in whatever order the rules are given, and another one for other rules', () => {
    const rules = fc.uniqueArray(fc.stringMatching(/^[^\0]{1,4}$/), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rules, rules, (some, others) => {
        expect(createRuleSet(some.toReversed())).toEqual(createRuleSet(some))
        const isSame = some.length === others.length && some.every((rule) => others.includes(rule))
        expect(createRuleSet(some).id === createRuleSet(others).id).toBe(isSame)
      }),
      { numRuns: 1_000 },
    )
  })

  it('a set of rules tells rules apart whose ids come to the same text together', () => {
    expect(createRuleSet(['ab', 'c']).id).not.toBe(createRuleSet(['a', 'bc']).id)
    expect(createRuleSet(['a\nb']).id).not.toBe(createRuleSet(['a', 'b']).id)
  })
})
