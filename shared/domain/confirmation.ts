import type { HostId } from './ids.ts'
import type { HoldPolicy, ProberHold } from './prober-hold.ts'
import type { HysteresisThresholds, ProbeResult } from './reachability.ts'
import { MAX_HOSTS_PER_INVOCATION } from './schedules.ts'

/** How many hosts that answered last time are probed beside those that did not. */
export const WITNESSES_PER_CONFIRMATION = 10
const SUSPECTS_PER_CONFIRMATION = MAX_HOSTS_PER_INVOCATION - WITNESSES_PER_CONFIRMATION

/** The `cause` of a probe request that confirms what a scheduled probe found. */
export const CONFIRMATION = 'confirmation'

/** A host whose last result is to be confirmed. */
export type Unconfirmed = {
  readonly hostId: HostId
  /** Whether it counts as reachable still. */
  readonly isReachable: boolean
}

/** What one short statement says of the fleet. */
export type FleetGlance = {
  readonly hold: ProberHold
  readonly holdPolicy: HoldPolicy
  readonly thresholds: HysteresisThresholds
  /** How old a failure is when it is confirmed; 0 where none is. */
  readonly confirmAfterMs: number
  /** Hosts that failed and are not down. */
  readonly failing: number
  /** Whether a host that was down has answered, and must answer again to be up. */
  readonly rising: boolean
}

/** Which hosts are to be confirmed. */
export type UnconfirmedQuery = {
  readonly attemptedBefore: Date
  readonly thresholds: HysteresisThresholds
  /** Whether a host that has failed often enough is confirmed too: it would be down, but for the hold. */
  readonly isHeld: boolean
  readonly limit: number
}

/** One invocation of the probe function: these hosts, of which some are witnesses. */
export type Confirmation = { readonly hostIds: readonly HostId[]; readonly witnessIds: readonly HostId[] }

/** How many witnesses so many confirmations need. */
export const countWitnesses = (unconfirmed: number): number =>
  WITNESSES_PER_CONFIRMATION * Math.max(1, Math.ceil(unconfirmed / SUSPECTS_PER_CONFIRMATION))

/**
 * Puts hosts into invocations, each with witnesses of its own: a host is only probed by one invocation at a time.
 * Where nobody has answered lately, hosts that were reachable bear witness for each other; one alone cannot.
 *
 * @param witnesses hosts that answered when they were probed last; null where none are to be asked.
 */
export function planConfirmations(
  unconfirmed: readonly Unconfirmed[],
  witnesses: readonly HostId[] | null,
): Confirmation[] {
  const count = Math.ceil(unconfirmed.length / SUSPECTS_PER_CONFIRMATION)
  return Array.from({ length: count }, (_, i) => {
    const start = i * SUSPECTS_PER_CONFIRMATION
    const suspects = unconfirmed.slice(start, start + SUSPECTS_PER_CONFIRMATION)
    const ids = suspects.map(({ hostId }) => hostId)
    if (witnesses === null) return { hostIds: ids, witnessIds: [] }
    const others = witnesses
      .filter((_, n) => n % count === i && n < count * WITNESSES_PER_CONFIRMATION)
      .filter((id) => !ids.includes(id))
    if (witnesses.length > 0) return { hostIds: [...ids, ...others], witnessIds: others }
    const each = suspects.filter(({ isReachable }) => isReachable).map(({ hostId }) => hostId)
    return { hostIds: ids, witnessIds: each.length > 1 ? each.slice(0, WITNESSES_PER_CONFIRMATION) : [] }
  })
}

/** What the witnesses of an invocation say of the prober; null where none was asked, or none could be probed. */
export type Witnessed = 'answered' | 'none_answered' | null

/** One answer is enough: somebody can be reached. A probe that never left this machine says nothing. */
export function judgeWitnesses(results: readonly ProbeResult[]): Witnessed {
  if (results.some(({ kind }) => kind === 'reachable')) return 'answered'
  return results.some(({ kind }) => kind === 'unreachable') ? 'none_answered' : null
}
