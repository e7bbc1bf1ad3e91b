import type { Claim, ClaimedHost } from '../../shared/domain/claim.ts'
import { judgeWitnesses } from '../../shared/domain/confirmation.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { NO_WITNESS } from '../../shared/domain/inconclusive.ts'
import { type ProberSuspect, proberSuspect } from '../../shared/domain/prober-event.ts'
import { isHeld, isSuspicious, type SuspectReason } from '../../shared/domain/prober-hold.ts'
import { type ProbeResult, step } from '../../shared/domain/reachability.ts'

type ProbedHost = { readonly host: ClaimedHost; readonly result: ProbeResult }

export type Belief = {
  /** What counts for and against the hosts. */
  readonly results: readonly ProbedHost[]
  /** Whether nobody may go down, because the prober is suspect. */
  readonly isHeld: boolean
  /** Set where this invocation began a hold. */
  readonly suspect: ProberSuspect | null
}

/** A comparison of the whole fleet is as good as a new one for so long: confirmations follow it within seconds. */
const FRESH_MS = 20_000

/**
 * Decides whether the prober believes what it has found. Where none of the witnesses of a confirmation answered,
 * failures count against nobody. Where hosts would go down, the rest of the fleet is looked at first: at a cadence
 * of a minute a host may fail twice between two runs of the fan-out.
 */
export async function believe(
  claim: Claim,
  probed: readonly ProbedHost[],
  witnessIds: readonly HostId[],
  now: Date,
): Promise<Belief> {
  const { hold, holdPolicy } = claim
  const held = isHeld(hold, holdPolicy, now)
  const mayHold = held || (hold.state === 'trusted' && holdPolicy.abovePercent > 0)
  const said = mayHold ? judgeWitnesses(listResults(probed, witnessIds)) : null
  if (said === 'none_answered') {
    const suspect = held ? null : await begin(claim, 'no_witness', tally(probed), now)
    if (held) await claim.saveWitnessed(null)
    return { results: probed.map(discounted), isHeld: true, suspect }
  }
  if (said === 'answered' && held) await claim.saveWitnessed(now)
  if (held || !mayHold || isFresh(claim.measuredAt, now) || !probed.some(goesDown(claim)))
    return { results: probed, isHeld: held, suspect: null }

  const own = probed.filter(({ host }) => host.reachability.status === 'reachable')
  const answered = own.filter(({ result }) => result.kind === 'reachable').length
  const measured = await claim.measureLately(now, listHostIds(own.filter(hasFailed)))
  const lately = {
    probed: measured.probed + answered,
    failed: measured.failed,
    anyAnswered: measured.anyAnswered || answered > 0,
  }
  if (!isSuspicious(lately, holdPolicy)) return { results: probed, isHeld: false, suspect: null }
  return { results: probed, isHeld: true, suspect: await begin(claim, 'share', lately, now) }
}

const listResults = (probed: readonly ProbedHost[], ids: readonly HostId[]): ProbeResult[] => {
  const wanted = new Set(ids)
  return probed.filter(({ host }) => wanted.has(host.hostId)).map(({ result }) => result)
}

const discounted = ({ host, result }: ProbedHost): ProbedHost => ({
  host,
  result: result.kind === 'unreachable' ? { kind: 'inconclusive', reason: NO_WITNESS } : result,
})

const isFresh = (measuredAt: Date | null, now: Date): boolean =>
  measuredAt !== null && Math.abs(now.getTime() - measuredAt.getTime()) < FRESH_MS

const goesDown =
  ({ thresholds }: Pick<Claim, 'thresholds'>) =>
  ({ host, result }: ProbedHost): boolean =>
    result.kind === 'unreachable' &&
    step(host.reachability, result, thresholds).transition?.to === 'unreachable'

const hasFailed = ({ result }: ProbedHost): boolean => result.kind === 'unreachable'
const listHostIds = (probed: readonly ProbedHost[]): HostId[] => probed.map(({ host }) => host.hostId)

type Tally = { readonly probed: number; readonly failed: number }

function tally(probed: readonly ProbedHost[]): Tally {
  const conclusive = probed.filter(({ result }) => result.kind !== 'inconclusive')
  const failed = conclusive.filter(({ result }) => result.kind === 'unreachable').length
  return { probed: conclusive.length, failed }
}

/** Begins a hold, and returns its event where nobody else was faster. */
async function begin(
  { beginHold, holdPolicy }: Claim,
  reason: SuspectReason,
  { probed, failed }: Tally,
  now: Date,
): Promise<ProberSuspect | null> {
  if (!(await beginHold(now))) return null
  return proberSuspect({ reason, probed, failed, until: new Date(now.getTime() + holdPolicy.atMostMs) })
}
