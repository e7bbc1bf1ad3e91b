import * as z from 'zod'
import { parseHostId } from '../domain/ids.ts'
import { FAILURE_KINDS, REACHABILITY_STATUSES } from '../domain/reachability.ts'

const hostId = z.guid().transform(parseHostId)
const status = z.enum(REACHABILITY_STATUSES)

const Observed = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reachable'), responseMs: z.number(), identification: z.string() }),
  z.object({ kind: z.literal('unreachable'), errorType: z.enum(FAILURE_KINDS) }),
])

const Stepped = z.object({
  next: z.object({ status, consecutiveFailures: z.int(), consecutiveSuccesses: z.int() }),
  transition: z.object({ from: status, to: status }).nullable(),
})

/** What happened to one host of the request. */
const HostOutcome = z.discriminatedUnion('outcome', [
  z.object({
    hostId,
    outcome: z.literal('probed'),
    result: Observed,
    step: Stepped,
    /** The identification of the SSH server that answered before, if it differs. */
    priorIdentification: z.string().nullish(),
    /** Of a host that has changed: whether it is under maintenance. */
    inMaintenance: z.boolean().optional(),
    /** Of a host that is flapping from this change on: how many changes made it so. */
    flappingChanges: z.int().optional(),
  }),
  z.object({ hostId, outcome: z.literal('inconclusive'), reason: z.string() }),
  /** Another invocation is probing the host. */
  z.object({ hostId, outcome: z.literal('in_flight') }),
  /** The occurrence of the schedule, or a later one, was served already. */
  z.object({ hostId, outcome: z.literal('duplicate') }),
  z.object({ hostId, outcome: z.literal('unknown_host') }),
])
export type HostOutcome = z.output<typeof HostOutcome>

/** The answer of the probe function: one outcome for each host of the request, in no particular order. */
export const ProbeAnswer = z.object({ outcomes: z.array(HostOutcome) })
export type ProbeAnswer = z.output<typeof ProbeAnswer>

/** The answer to a request for one host. */
export const AnswerForOneHost = z.object({ outcomes: z.tuple([HostOutcome]) })
