import { MINUTE_MS } from './cadence.ts'
import type { Step } from './reachability.ts'

/**
 * Whether what the prober finds is believed. `suspect`: it may have lost its own network, and calls no host down.
 * `exhausted`: that has lasted as long as it may, and hosts go down again.
 */
export const HOLD_STATES = ['trusted', 'suspect', 'exhausted'] as const
export type HoldState = (typeof HOLD_STATES)[number]

export type ProberHold = {
  readonly state: HoldState
  /** When the state began; null where it has been so from the beginning. */
  readonly since: Date | null
  /** When a witness answered last in this hold; null while none has, and when the last confirmation found none. */
  readonly witnessAnsweredAt: Date | null
}

/** The policy of the hold. */
export type HoldPolicy = {
  /** So many hosts must have failed, 1 or more. Where fewer have, only that nobody answers counts. */
  readonly minHosts: number
  /** So large must their share be of the hosts that were probed lately, in percent; 0 where there is no hold. */
  readonly abovePercent: number
  readonly atMostMs: number
  /** Whether failures are confirmed: without confirmations there are no witnesses. */
  readonly asksWitnesses: boolean
}

/** How far back "lately" goes. */
export const LATELY_MS = 2 * MINUTE_MS

/** Of the hosts that were reachable and were probed lately. */
export type LatelyProbed = {
  readonly probed: number
  readonly failed: number
  /** Whether any host of the fleet answered when it was last probed. Only known where few have failed. */
  readonly anyAnswered: boolean
}

/** One host that fails is no sign of anything else. */
const FEWEST_SUSPICIOUS = 2

/** Whether so much fails that the prober itself is the more likely cause. */
export function isSuspicious(
  { probed, failed, anyAnswered }: LatelyProbed,
  { minHosts, abovePercent }: HoldPolicy,
): boolean {
  if (abovePercent === 0) return false
  if (failed >= minHosts) return 100 * failed >= abovePercent * probed
  return failed >= FEWEST_SUSPICIOUS && !anyAnswered
}

/** The share must fall below half of what opens a hold: at the threshold itself holds would begin and end in turn. */
const isStillHigh = ({ probed, failed }: LatelyProbed, { minHosts, abovePercent }: HoldPolicy): boolean =>
  failed >= minHosts && 200 * failed >= abovePercent * probed

/** Why a hold began: too large a share failed, or no witness answered. */
export type SuspectReason = 'share' | 'no_witness'
/** Why a hold ended. */
export type TrustedReason = 'recovered' | 'held_long_enough' | 'turned_off'

export type HoldDecision = {
  readonly next: ProberHold
  readonly change:
    | { readonly to: 'suspect'; readonly reason: SuspectReason }
    | { readonly to: 'trusted'; readonly reason: TrustedReason; readonly suspectSince: Date }
    | null
}

/**
 * The state machine of the hold.
 *
 * | state     | becomes   | when                                                        | event          |
 * | --------- | --------- | ----------------------------------------------------------- | -------------- |
 * | trusted   | suspect   | a suspicious share failed                                   | prober.suspect |
 * | suspect   | trusted   | the share is low again, and a witness has answered          | prober.trusted |
 * | suspect   | exhausted | it has lasted as long as it may                             | prober.trusted |
 * | exhausted | trusted   | the share is low again, and somebody has answered           | none           |
 *
 * A confirmation that finds no witness begins a hold too, in the probe function.
 */
export function nextHold(
  hold: ProberHold,
  lately: LatelyProbed,
  policy: HoldPolicy,
  now: Date,
): HoldDecision {
  const { state, since } = hold
  if (state === 'trusted') {
    if (!isSuspicious(lately, policy)) return unchanged(hold)
    return { next: begun('suspect', now), change: { to: 'suspect', reason: 'share' } }
  }
  const isLow = !isStillHigh(lately, policy)
  if (state === 'exhausted') {
    const isOver = policy.abovePercent === 0 || (isLow && lately.probed > lately.failed)
    return isOver ? { next: begun('trusted', now), change: null } : unchanged(hold)
  }
  const trusted = (reason: TrustedReason): HoldDecision['change'] => ({
    to: 'trusted',
    reason,
    suspectSince: since ?? now,
  })
  if (policy.abovePercent === 0) return { next: begun('trusted', now), change: trusted('turned_off') }
  if (isLow && (hold.witnessAnsweredAt !== null || !policy.asksWitnesses))
    return { next: begun('trusted', now), change: trusted('recovered') }
  if (isHeld(hold, policy, now)) return unchanged(hold)
  return { next: begun('exhausted', now), change: trusted('held_long_enough') }
}

/** Whether no host may be called down now. A hold ends in time also where nobody is there to end it. */
export const isHeld = (
  { state, since }: ProberHold,
  { abovePercent, atMostMs }: HoldPolicy,
  now: Date,
): boolean =>
  state === 'suspect' && abovePercent > 0 && since !== null && now.getTime() - since.getTime() < atMostMs

/** Whether witnesses are asked: in a hold that is exhausted they would protect the fleet for ever. */
export const asksWitnesses = ({ state }: ProberHold, policy: HoldPolicy): boolean =>
  policy.asksWitnesses && policy.abovePercent > 0 && state !== 'exhausted'

/** What a step becomes while the prober is suspect: its failures count, and nobody goes down. */
export function heldStep(step: Step): Step {
  const { next, transition } = step
  if (transition?.to !== 'unreachable') return step
  return { next: { ...next, status: transition.from }, transition: null }
}

const unchanged = (hold: ProberHold): HoldDecision => ({ next: hold, change: null })

const begun = (state: HoldState, since: Date): ProberHold => ({ state, since, witnessAnsweredAt: null })
