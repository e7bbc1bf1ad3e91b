import { describe, expect, it } from 'vitest'
import { report } from '../../../functions/probe/report.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import type { HostOutcome } from '../../../shared/contracts/probe-answer.ts'
import { parseHostId } from '../../../shared/domain/ids.ts'
import { type ProberSuspect, proberSuspect } from '../../../shared/domain/prober-event.ts'
import {
  DEFAULT_HYSTERESIS,
  NEVER_PROBED,
  type Observation,
  type Reachability,
  step,
} from '../../../shared/domain/reachability.ts'
import { ANSWER, collectOutput, FAILURE } from '../../support/functions/probe.ts'

const HOST = parseHostId('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0001')
const UP: Reachability = { status: 'reachable', consecutiveFailures: 0, consecutiveSuccesses: 9 }

const probed = (prior: Reachability, result: Observation): HostOutcome => ({
  hostId: HOST,
  outcome: 'probed',
  result,
  step: step(prior, result, DEFAULT_HYSTERESIS),
})
const ORDINARY = probed(UP, ANSWER)

/** The messages of the log lines of an invocation, and how many lines of metrics there are. */
function written(
  outcomes: readonly HostOutcome[],
  suspect: ProberSuspect | null = null,
): { messages: unknown[]; emfLines: number } {
  const output = collectOutput()
  const telemetry = createTelemetry({ service: 'awareness-probe', stage: 'test', output: output.stream })
  report(telemetry, { cause: 'schedule', outcomes, suspect, lagMs: 20 })
  telemetry.metrics.publishStoredMetrics()
  const [emf, log] = [true, false].map((isEmf) => output.lines.filter((line) => '_aws' in line === isEmf))
  return { messages: (log ?? []).map(({ message }) => message), emfLines: (emf ?? []).length }
}

describe('the log of a probe', () => {
  it('the log of a probe has nothing but metrics where every host answered as before', () => {
    expect(written([ORDINARY])).toEqual({ messages: [], emfLines: 1 })
    expect(written([ORDINARY, ORDINARY, ORDINARY])).toEqual({ messages: [], emfLines: 1 })
  })

  it('the log of a probe says that it has begun a hold', () => {
    const suspect = proberSuspect({ reason: 'share', probed: 20, failed: 12, until: new Date() })
    expect(written([probed(UP, FAILURE)], suspect).messages).toEqual(['prober suspect', 'probed'])
  })

  it.each<[string, HostOutcome, string[]]>([
    ['a host that came up', probed(NEVER_PROBED, ANSWER), ['host changed', 'probed']],
    ['a host that did not answer', probed(UP, FAILURE), ['probed']],
    [
      'an inconclusive probe',
      { hostId: HOST, outcome: 'inconclusive', reason: 'EMFILE' },
      ['probe inconclusive', 'probed'],
    ],
    [
      'another SSH server',
      { ...ORDINARY, priorIdentification: 'SSH-2.0-other' } as HostOutcome,
      ['identification changed', 'probed'],
    ],
    ['a host in flight', { hostId: HOST, outcome: 'in_flight' }, ['probed']],
    ['a duplicate', { hostId: HOST, outcome: 'duplicate' }, ['probed']],
    ['an unknown host', { hostId: HOST, outcome: 'unknown_host' }, ['probed']],
  ])('the log of a probe sums up an invocation with %s', (_what, outcome, messages) => {
    expect(written([ORDINARY, outcome])).toEqual({ messages, emfLines: 1 })
  })
})
