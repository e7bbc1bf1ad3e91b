import { describe, expect, it } from 'vitest'
import {
  countWitnesses,
  judgeWitnesses,
  planConfirmations,
  type Unconfirmed,
} from '../../shared/domain/confirmation.ts'
import { type HostId, parseHostId } from '../../shared/domain/ids.ts'
import type { ProbeResult } from '../../shared/domain/reachability.ts'

const id = (n: number): HostId => parseHostId(`6f1d2c3b-4a59-4e87-9b0c-${String(n).padStart(12, '0')}`)
const ids = (from: number, count: number): HostId[] => Array.from({ length: count }, (_, i) => id(from + i))
const failing = (from: number, count: number, isReachable = true): Unconfirmed[] =>
  ids(from, count).map((hostId) => ({ hostId, isReachable }))

describe('confirmations', () => {
  it('confirmations put suspects and their witnesses into one invocation', () => {
    expect(planConfirmations(failing(0, 2), ids(10, 3))).toEqual([
      { hostIds: [...ids(0, 2), ...ids(10, 3)], witnessIds: ids(10, 3) },
    ])
  })

  it('confirmations are none where nothing is to be confirmed', () => {
    expect(planConfirmations([], ids(10, 3))).toEqual([])
  })

  it.each([1, 490, 491, 980, 20_000])(
    'confirmations of %s hosts have at most 500 in an invocation, each host once, and ten witnesses of their own',
    (count) => {
      const witnesses = ids(1_000_000, countWitnesses(count))
      const plan = planConfirmations(failing(0, count), witnesses)
      expect(plan).toHaveLength(Math.ceil(count / 490))
      const all = plan.flatMap(({ hostIds }) => hostIds)
      expect(new Set(all).size).toBe(all.length)
      expect(all).toHaveLength(count + witnesses.length)
      for (const { hostIds, witnessIds } of plan) {
        expect(hostIds.length).toBeLessThanOrEqual(500)
        expect(witnessIds).toHaveLength(10)
        expect(hostIds).toEqual(expect.arrayContaining([...witnessIds]))
      }
    },
  )

  it('confirmations have no witnesses where none are to be asked', () => {
    expect(planConfirmations(failing(0, 3), null)).toEqual([{ hostIds: ids(0, 3), witnessIds: [] }])
  })

  it('confirmations let hosts that were reachable bear witness for each other where nobody has answered lately', () => {
    const [plan] = planConfirmations([...failing(0, 2), ...failing(5, 1, false)], [])
    expect(plan).toEqual({ hostIds: [...ids(0, 2), id(5)], witnessIds: ids(0, 2) })
    expect(planConfirmations(failing(0, 200), [])[0]?.witnessIds).toHaveLength(10)
  })

  it('confirmations have no witness for one host alone', () => {
    expect(planConfirmations(failing(0, 1), [])).toEqual([{ hostIds: [id(0)], witnessIds: [] }])
    expect(planConfirmations(failing(0, 3, false), [])).toEqual([{ hostIds: ids(0, 3), witnessIds: [] }])
  })

  it('confirmations do not name a host twice that answered since it was chosen as a suspect', () => {
    expect(planConfirmations(failing(0, 2), [id(0), id(10)])).toEqual([
      { hostIds: [...ids(0, 2), id(10)], witnessIds: [id(10)] },
    ])
  })
})

describe('witnesses', () => {
  const RESULTS: Record<string, ProbeResult> = {
    s: { kind: 'reachable', responseMs: 1, identification: 'SSH-2.0-x' },
    f: { kind: 'unreachable', errorType: 'tcp_timeout' },
    '?': { kind: 'inconclusive', reason: 'EMFILE' },
  }
  it.each([
    ['', null],
    ['?', null],
    ['s', 'answered'],
    ['f', 'none_answered'],
    ['ffffs', 'answered'],
    ['f?', 'none_answered'],
    ['s?', 'answered'],
  ])('witnesses with the results "%s" say: %s', (results, expected) => {
    expect(judgeWitnesses([...results].flatMap((key) => RESULTS[key] ?? []))).toBe(expected)
  })
})
