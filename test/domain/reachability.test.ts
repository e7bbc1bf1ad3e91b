import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_HYSTERESIS,
  type HysteresisThresholds,
  NEVER_PROBED,
  type Reachability,
  type Step,
  step,
} from '../../shared/domain/reachability.ts'

const SHORT = { unknown: '?', reachable: 'up', unreachable: 'down' } as const

/**
 * Plays probes, `+` for an answer and `-` for a failure, and draws a column for each: the status after it,
 * the failures counted, and `!` where it is a transition.
 */
function play(probes: string, thresholds: HysteresisThresholds): string[] {
  let state: Reachability = NEVER_PROBED
  return [...probes.replaceAll(' ', '')].map((probe) => {
    const { next, transition }: Step = step(
      state,
      { kind: probe === '+' ? 'reachable' : 'unreachable' },
      thresholds,
    )
    state = next
    return `${SHORT[next.status]}${next.consecutiveFailures}${transition === null ? '' : '!'}`
  })
}

const columns = (line: string): string[] => line.trim().split(/\s+/)

describe('a host, by default down after two failures and up after one answer,', () => {
  it.each([
    ['comes up with its first answer        ', '+    + +  ', 'up0!  up0    up0'],
    ['goes down from unknown after two      ', '-    - -  ', '?1    down2! down3'],
    ['is still unknown after one failure    ', '-    + -  ', '?1    up0!   up1'],
    ['stays up through a single failure     ', '+  - + -  ', 'up0!  up1    up0    up1'],
    ['goes down with the second in a row    ', '+  - - -  ', 'up0!  up1    down2! down3'],
    ['comes back with one answer            ', '-  - + +  ', '?1    down2! up0!   up0'],
    ['flaps only as often as it really does ', '- - + - - +', '?1   down2! up0!   up1   down2! up0!'],
  ])('a host, by default down after two failures and up after one answer, %s', (_, probes, expected) => {
    expect(play(probes, DEFAULT_HYSTERESIS)).toEqual(columns(expected))
  })
})

describe('thresholds', () => {
  it.each([
    ['one failure is enough         ', 1, 1, '+ - - +', 'up0!  down1! down2  up0!'],
    ['one failure, from unknown     ', 1, 1, '-      ', 'down1!'],
    ['three failures                ', 3, 1, '+ - - -', 'up0!  up1    up2    down3!'],
    ['three answers to come up      ', 1, 3, '- + + +', 'down1! down1 down1  up0!'],
    ['a failure starts them again   ', 1, 2, '- + - + +', 'down1! down1 down2 down2 up0!'],
    ['unknown needs one answer only ', 2, 3, '+      ', 'up0!'],
  ])('with thresholds of one’s own, %s', (_, failuresToGoDown, successesToComeUp, probes, expected) => {
    expect(play(probes, { failuresToGoDown, successesToComeUp })).toEqual(columns(expected))
  })
})

describe('over any sequence of probes', () => {
  const anyProbes = fc.array(fc.constantFrom('reachable' as const, 'unreachable' as const), {
    maxLength: 200,
  })
  const anyThresholds = fc.record({
    failuresToGoDown: fc.integer({ min: 1, max: 10 }),
    successesToComeUp: fc.integer({ min: 1, max: 10 }),
  })

  const walk = (
    probes: readonly ('reachable' | 'unreachable')[],
    thresholds: HysteresisThresholds,
  ): Step[] => {
    let state = NEVER_PROBED
    return probes.map((kind) => {
      const taken = step(state, { kind }, thresholds)
      state = taken.next
      return taken
    })
  }

  it('over any sequence of probes no two transitions in a row are to the same status, and each leaves the status before it', () => {
    fc.assert(
      fc.property(anyProbes, anyThresholds, (probes, thresholds) => {
        let status = 'unknown'
        for (const { transition, next } of walk(probes, thresholds)) {
          if (transition !== null) {
            expect(transition.from).toBe(status)
            expect(transition.to).not.toBe(transition.from)
            status = transition.to
          }
          expect(next.status).toBe(status)
        }
      }),
    )
  })

  it('a host is down only after enough failures in a row, and never becomes unknown again', () => {
    fc.assert(
      fc.property(anyProbes, anyThresholds, (probes, thresholds) => {
        walk(probes, thresholds).forEach(({ transition }, i) => {
          expect(transition?.to).not.toBe('unknown')
          if (transition?.to !== 'unreachable') return
          const lastOnes = probes.slice(i + 1 - thresholds.failuresToGoDown, i + 1)
          expect(lastOnes).toEqual(Array(thresholds.failuresToGoDown).fill('unreachable'))
        })
      }),
    )
  })
})
