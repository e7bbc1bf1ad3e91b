import { expect, it } from 'vitest'
import { AnswerForOneHost, ProbeAnswer } from '../../shared/contracts/probe-answer.ts'
import { FAILURE_KINDS } from '../../shared/domain/reachability.ts'

const hostId = '6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162'
const down = (errorType: string) => ({
  hostId,
  outcome: 'probed',
  result: { kind: 'unreachable', errorType },
  step: {
    next: { status: 'unreachable', consecutiveFailures: 2, consecutiveSuccesses: 0 },
    transition: { from: 'reachable', to: 'unreachable' },
  },
})

it('an answer of the probe function is read as it is sent, whatever happened to its hosts', () => {
  const outcomes = [
    ...FAILURE_KINDS.map(down),
    { ...down('tcp_timeout'), result: { kind: 'reachable', responseMs: 3, identification: 'SSH-2.0-x' } },
    { hostId, outcome: 'inconclusive', reason: 'EMFILE' },
    ...['in_flight', 'duplicate', 'unknown_host'].map((outcome) => ({ hostId, outcome })),
  ]
  expect(ProbeAnswer.parse({ outcomes })).toEqual({ outcomes })
})

it('a request for one host is answered with one outcome, no more and no fewer', () => {
  const outcomes = [down('no_banner')]
  expect(AnswerForOneHost.parse({ outcomes })).toEqual({ outcomes })
  expect(AnswerForOneHost.safeParse({ outcomes: [] }).success).toBe(false)
  expect(AnswerForOneHost.safeParse({ outcomes: [...outcomes, ...outcomes] }).success).toBe(false)
})

it('an outcome that this version does not know is refused', () => {
  expect(ProbeAnswer.safeParse({ outcomes: [down('bored')] }).success).toBe(false)
  expect(ProbeAnswer.safeParse({ outcomes: [{ hostId, outcome: 'asleep' }] }).success).toBe(false)
})
