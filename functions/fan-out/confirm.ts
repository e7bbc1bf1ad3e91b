import {
  CONFIRMATION,
  type Confirmation,
  countWitnesses,
  type FleetGlance,
  planConfirmations,
  type Unconfirmed,
  type UnconfirmedQuery,
} from '../../shared/domain/confirmation.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { asksWitnesses } from '../../shared/domain/prober-hold.ts'

export type ConfirmPorts = {
  readonly readUnconfirmed: (query: UnconfirmedQuery) => Promise<Unconfirmed[]>
  /** When the youngest attempt was made that is not old enough yet; null where there is none. */
  readonly readYoungestAttempt: (query: UnconfirmedQuery) => Promise<Date | null>
  /** Hosts that answered when they were probed last, chosen at random. */
  readonly readWitnesses: (limit: number) => Promise<HostId[]>
  /** Has the probe function probe these hosts; it does so later. */
  readonly invokeProbe: (event: object, signal: AbortSignal) => Promise<void>
  readonly now: () => Date
}

export type Confirmed = {
  readonly hosts: number
  readonly invocations: number
  readonly faults: readonly unknown[]
  /** When hosts that failed a moment ago may be confirmed; null where there are none, and in a hold. */
  readonly nextDueAt: Date | null
}

/** Hosts that do not answer take 5 s each: 40 invocations of 500 take some 4 environments of the probe function. */
const MAX_CONFIRMED = 20_000
/** In a hold the fleet may be failing as a whole, and a sample says as well whether it answers again. */
const MAX_CONFIRMED_IN_HOLD = 490
const CALLS_AT_ONCE = 10

/** Has hosts probed again whose last result is not certain yet, with others as witnesses. */
export async function confirm(
  ports: ConfirmPorts,
  seen: FleetGlance,
  signal: AbortSignal,
): Promise<Confirmed> {
  const isHeld = seen.hold.state === 'suspect'
  const query: UnconfirmedQuery = {
    attemptedBefore: new Date(ports.now().getTime() - seen.confirmAfterMs),
    thresholds: seen.thresholds,
    isHeld,
    limit: isHeld ? MAX_CONFIRMED_IN_HOLD : MAX_CONFIRMED,
  }
  const unconfirmed = await ports.readUnconfirmed(query)
  const youngest = await ports.readYoungestAttempt(query)
  const confirmations = await planned(ports, unconfirmed, seen)
  const faults = await invokeAll(ports, confirmations, signal)
  return {
    hosts: unconfirmed.length,
    invocations: confirmations.length - faults.length,
    faults,
    nextDueAt: youngest === null || isHeld ? null : new Date(youngest.getTime() + seen.confirmAfterMs),
  }
}

async function planned(
  { readWitnesses }: ConfirmPorts,
  unconfirmed: readonly Unconfirmed[],
  { hold, holdPolicy }: FleetGlance,
): Promise<Confirmation[]> {
  const isHeld = hold.state === 'suspect'
  if (!asksWitnesses(hold, holdPolicy)) return planConfirmations(unconfirmed, null)
  if (unconfirmed.length === 0 && !isHeld) return []
  const witnesses = await readWitnesses(countWitnesses(unconfirmed.length))
  if (unconfirmed.length > 0) return planConfirmations(unconfirmed, witnesses)
  // A hold ends only when a witness has answered, also where nothing is left to be confirmed.
  return witnesses.length === 0 ? [] : [{ hostIds: witnesses, witnessIds: witnesses }]
}

/** Makes the calls, several at once, and returns the faults of those that failed. */
async function invokeAll(
  { invokeProbe }: ConfirmPorts,
  confirmations: readonly Confirmation[],
  signal: AbortSignal,
): Promise<unknown[]> {
  const faults: unknown[] = []
  const waiting = confirmations.values()
  // Lanes share one iterator: each takes the next call as soon as it is free.
  const lane = async (): Promise<void> => {
    for (const confirmation of waiting) {
      try {
        await invokeProbe({ ...confirmation, cause: CONFIRMATION }, signal)
      } catch (error) {
        faults.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane))
  return faults
}
