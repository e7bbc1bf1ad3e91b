import type { Describes } from './audit-event-shape.ts'
import type { HoldDecision, SuspectReason, TrustedReason } from './prober-hold.ts'

export type ProberSuspect = Describes<
  'prober.suspect',
  'warning',
  {
    readonly reason: SuspectReason
    /** Of the hosts that were reachable and were probed lately, or of the hosts of the confirmation. */
    readonly probed: number
    readonly failed: number
    /** When the hold ends at the latest, in ISO 8601. */
    readonly held_until: string
  },
  'prober'
>

export type ProberTrusted = Describes<
  'prober.trusted',
  'info' | 'warning',
  {
    readonly reason: TrustedReason
    readonly suspect_since: string
    /** How many hosts failed when they were last probed, and are not down. */
    readonly still_failing: number
  },
  'prober'
>

/** There is one prober: this is its id in the audit log. */
const THE_PROBER = 'prober'

/** The event of a hold that begins. */
export const proberSuspect = (begun: {
  readonly reason: SuspectReason
  readonly probed: number
  readonly failed: number
  readonly until: Date
}): ProberSuspect => ({
  action: 'prober.suspect',
  severity: 'warning',
  outcome: 'failure',
  resourceType: 'prober',
  resourceId: THE_PROBER,
  detail: {
    reason: begun.reason,
    probed: begun.probed,
    failed: begun.failed,
    held_until: begun.until.toISOString(),
  },
})

/** The event of a hold that ends. */
export const proberTrusted = (
  { reason, suspectSince }: Extract<HoldDecision['change'], { to: 'trusted' }>,
  stillFailing: number,
): ProberTrusted => ({
  action: 'prober.trusted',
  severity: reason === 'held_long_enough' ? 'warning' : 'info',
  outcome: 'success',
  resourceType: 'prober',
  resourceId: THE_PROBER,
  detail: { reason, suspect_since: suspectSince.toISOString(), still_failing: stillFailing },
})
