import { describe, expect, it } from 'vitest'
import {
  asksWitnesses,
  type HoldPolicy,
  type HoldState,
  heldStep,
  isHeld,
  isSuspicious,
  type LatelyProbed,
  nextHold,
  type ProberHold,
} from '../../shared/domain/prober-hold.ts'
import { DEFAULT_HYSTERESIS, NEVER_PROBED, step } from '../../shared/domain/reachability.ts'

const POLICY: HoldPolicy = { minHosts: 10, abovePercent: 50, atMostMs: 900_000, asksWitnesses: true }
const OFF: HoldPolicy = { ...POLICY, abovePercent: 0 }
const NOW = new Date('2026-03-01T12:00:00Z')
const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000)

/** `5/10`: five of ten failed. `!` at the end: nobody in the fleet answered. */
function lately(text: string): LatelyProbed {
  const [failed = 0, probed = 0] = text.replace('!', '').split('/').map(Number)
  return { probed, failed, anyAnswered: !text.endsWith('!') }
}

const hold = (state: HoldState, minutes: number, witness: 'answered' | 'silent' = 'silent'): ProberHold => ({
  state,
  since: ago(minutes),
  witnessAnsweredAt: witness === 'answered' ? ago(0) : null,
})

describe('the prober is suspicious', () => {
  it.each([
    ['9/9', false],
    ['10/20', true],
    ['10/21', false],
    ['1000/1000', true],
    ['600/2000', false],
    ['1000/2000', true],
    ['0/0', false],
    ['0/0!', false],
    ['1/1!', false],
    ['2/2!', true],
    ['2/3', false],
    ['3/3!', true],
  ])(
    'the prober is suspicious where of the hosts that were probed lately %s failed: %s',
    (text, expected) => {
      expect(isSuspicious(lately(text), POLICY)).toBe(expected)
      expect(isSuspicious(lately(text), OFF)).toBe(false)
    },
  )
})

describe('the hold', () => {
  it.each([
    // state, for minutes, witness, lately, next state, event
    ['trusted', 60, 'silent', '0/0', 'trusted', null],
    ['trusted', 60, 'silent', '499/1000', 'trusted', null],
    ['trusted', 60, 'silent', '500/1000', 'suspect', 'share'],
    ['trusted', 60, 'silent', '3/3!', 'suspect', 'share'],
    ['suspect', 1, 'silent', '1000/1000', 'suspect', null],
    ['suspect', 1, 'answered', '1000/1000', 'suspect', null],
    ['suspect', 1, 'silent', '0/1000', 'suspect', null],
    ['suspect', 1, 'answered', '250/1000', 'suspect', null],
    ['suspect', 1, 'answered', '249/1000', 'trusted', 'recovered'],
    // Of a small fleet the witness alone decides.
    ['suspect', 1, 'answered', '2/3', 'trusted', 'recovered'],
    ['suspect', 14.9, 'silent', '1000/1000', 'suspect', null],
    ['suspect', 15, 'silent', '1000/1000', 'exhausted', 'held_long_enough'],
    ['suspect', 15, 'silent', '0/3', 'exhausted', 'held_long_enough'],
    ['suspect', 15, 'answered', '0/1000', 'trusted', 'recovered'],
    ['exhausted', 1, 'silent', '1000/1000', 'exhausted', null],
    ['exhausted', 600, 'silent', '1000/1000', 'exhausted', null],
    // Nobody is probed lately who counts: that is no answer.
    ['exhausted', 10, 'silent', '0/0', 'exhausted', null],
    ['exhausted', 10, 'silent', '3/3!', 'exhausted', null],
    ['exhausted', 10, 'silent', '400/1000', 'exhausted', null],
    ['exhausted', 10, 'silent', '249/1000', 'trusted', null],
    ['exhausted', 10, 'silent', '0/1', 'trusted', null],
  ] as const)(
    'the hold that is %s for %s min, a witness %s, %s failed: becomes %s, %s',
    (state, minutes, witness, text, next, event) => {
      const decision = nextHold(hold(state, minutes, witness), lately(text), POLICY, NOW)
      expect(decision.next.state).toBe(next)
      expect(decision.change?.reason ?? null).toBe(event)
      expect(decision.next.since).toEqual(next === state ? ago(minutes) : NOW)
      if (next !== state) expect(decision.next.witnessAnsweredAt).toBeNull()
    },
  )

  it('the hold that is turned off ends, and does not begin', () => {
    expect(nextHold(hold('trusted', 1), lately('1000/1000'), OFF, NOW).change).toBeNull()
    expect(nextHold(hold('exhausted', 1), lately('1000/1000'), OFF, NOW)).toMatchObject({
      next: { state: 'trusted' },
      change: null,
    })
    expect(nextHold(hold('suspect', 1), lately('1000/1000'), OFF, NOW)).toMatchObject({
      next: { state: 'trusted' },
      change: { to: 'trusted', reason: 'turned_off', suspectSince: ago(1) },
    })
  })

  it('the hold ends by the share alone where nothing is confirmed, as there are no witnesses then', () => {
    const unconfirmed = { ...POLICY, asksWitnesses: false }
    expect(nextHold(hold('suspect', 1), lately('249/1000'), unconfirmed, NOW).change?.reason).toBe(
      'recovered',
    )
    expect(nextHold(hold('suspect', 1), lately('250/1000'), unconfirmed, NOW).change).toBeNull()
  })

  it.each([
    ['trusted', 1, POLICY, false],
    ['suspect', 1, POLICY, true],
    ['suspect', 14.9, POLICY, true],
    ['suspect', 15, POLICY, false],
    ['suspect', 1, OFF, false],
    ['exhausted', 1, POLICY, false],
  ] as const)(
    'the hold that is %s for %s min keeps hosts from going down: %#',
    (state, minutes, policy, expected) => {
      expect(isHeld(hold(state, minutes), policy, NOW)).toBe(expected)
    },
  )

  it('the hold asks witnesses unless it is exhausted or off', () => {
    expect(asksWitnesses(hold('trusted', 1), POLICY)).toBe(true)
    expect(asksWitnesses(hold('suspect', 1), POLICY)).toBe(true)
    expect(asksWitnesses(hold('exhausted', 1), POLICY)).toBe(false)
    expect(asksWitnesses(hold('trusted', 1), OFF)).toBe(false)
    expect(asksWitnesses(hold('trusted', 1), { ...POLICY, asksWitnesses: false })).toBe(false)
  })
})

describe('a step in a hold', () => {
  const failure = { kind: 'unreachable' } as const
  const success = { kind: 'reachable' } as const
  const played = (probes: string): string[] => {
    let reachability = NEVER_PROBED
    return [...probes].map((probe) => {
      const plain = step(reachability, probe === 's' ? success : failure, DEFAULT_HYSTERESIS)
      // Upper case: the prober is trusted.
      const { next, transition } = probe === 'F' ? plain : heldStep(plain)
      reachability = next
      return `${next.status} ${next.consecutiveFailures}${transition === null ? '' : ' changed'}`
    })
  }

  it('a step in a hold counts failures and keeps the status; the next failure after it takes the host down', () => {
    expect(played('sffffF')).toEqual([
      'reachable 0 changed',
      'reachable 1',
      'reachable 2',
      'reachable 3',
      'reachable 4',
      'unreachable 5 changed',
    ])
  })

  it('a step in a hold lets a host come up, and an unknown one stay unknown', () => {
    expect(played('fffs')).toEqual(['unknown 1', 'unknown 2', 'unknown 3', 'reachable 0 changed'])
    expect(played('FFfs')).toEqual([
      'unknown 1',
      'unreachable 2 changed',
      'unreachable 3',
      'reachable 0 changed',
    ])
  })
})
