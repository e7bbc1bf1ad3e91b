import type { FleetGlance } from '../../shared/domain/confirmation.ts'
import {
  type ProberSuspect,
  type ProberTrusted,
  proberSuspect,
  proberTrusted,
} from '../../shared/domain/prober-event.ts'
import {
  type HoldDecision,
  type HoldPolicy,
  type LatelyProbed,
  nextHold,
  type ProberHold,
} from '../../shared/domain/prober-hold.ts'
import { type Confirmed, type ConfirmPorts, confirm } from './confirm.ts'

/** The hold, which until the end of the transaction nobody else changes. */
export type LockedHold = {
  readonly hold: ProberHold
  readonly lately: LatelyProbed
  readonly save: (hold: ProberHold, event: ProberSuspect | ProberTrusted | null) => Promise<void>
}

export type WatchPorts = ConfirmPorts & {
  readonly glance: () => Promise<FleetGlance>
  /** Measures how the hosts have fared lately; commits what the body saved when it ends. */
  readonly withHold: <T>(
    now: Date,
    policy: HoldPolicy,
    body: (locked: LockedHold) => Promise<T>,
  ) => Promise<T>
  readonly now: () => Date
}

export type WatchReport = {
  /** Whether failures are confirmed at all. */
  readonly confirms: boolean
  readonly hold: ProberHold
  readonly failing: number
  /** What was reported of the prober in this look. */
  readonly event: ProberSuspect | ProberTrusted | null
  readonly confirmed: Confirmed
}

const NOTHING_CONFIRMED: Confirmed = { hosts: 0, invocations: 0, faults: [], nextDueAt: null }

/** Measures the fleet, decides whether the prober is trusted, and has what is not certain probed again. */
export async function watchProber(ports: WatchPorts, signal: AbortSignal): Promise<WatchReport> {
  const seen = await ports.glance()
  const { failing } = seen
  const confirms = seen.confirmAfterMs > 0
  if (failing === 0 && !seen.rising && seen.hold.state === 'trusted')
    return { confirms, hold: seen.hold, failing, event: null, confirmed: NOTHING_CONFIRMED }

  const now = ports.now()
  const { hold, event } = await ports.withHold(now, seen.holdPolicy, async (locked) => {
    const { next, change } = nextHold(locked.hold, locked.lately, seen.holdPolicy, now)
    const event = createEvent(
      change,
      locked.lately,
      failing,
      new Date(now.getTime() + seen.holdPolicy.atMostMs),
    )
    await locked.save(next, event)
    return { hold: next, event }
  })
  const confirmed = confirms ? await confirm(ports, { ...seen, hold }, signal) : NOTHING_CONFIRMED
  return { confirms, hold, failing, event, confirmed }
}

function createEvent(
  change: HoldDecision['change'],
  { probed, failed }: LatelyProbed,
  failing: number,
  until: Date,
): ProberSuspect | ProberTrusted | null {
  if (change === null) return null
  if (change.to === 'trusted') return proberTrusted(change, failing)
  return proberSuspect({ reason: change.reason, probed, failed, until })
}
