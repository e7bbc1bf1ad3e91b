import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import type { Claim, ClaimedHost, HostChange } from '../../shared/domain/claim.ts'
import { countFlapping } from '../../shared/domain/flapping.ts'
import { flappingStarted } from '../../shared/domain/flapping-event.ts'

export type JudgedHost = { readonly host: ClaimedHost; readonly outcome: HostOutcome }

export type Noticed<Judged> = {
  /** As they were, and those that changed with what is known of them. */
  readonly judged: readonly Judged[]
  /** The events of hosts that are flapping from this change on. */
  readonly changes: readonly HostChange[]
}

const MINUTE_MS = 60_000

/**
 * Looks into the past of the hosts that have changed, and only of them: whether they are under maintenance, and whether
 * this change makes them flapping. Nobody else can count the same change, because the claim is held.
 */
export async function noticeFlapping<Judged extends JudgedHost>(
  { flapping, readHistories }: Pick<Claim, 'flapping' | 'readHistories'>,
  judged: readonly Judged[],
  at: Date,
): Promise<Noticed<Judged>> {
  const changed = judged.filter(hasChanged)
  if (changed.length === 0) return { judged, changes: [] }
  const histories = await readHistories(
    changed.map(({ host }) => host.hostId),
    at,
  )
  const changes: HostChange[] = []
  const noticed = judged.map((each): Judged => {
    const history = histories.get(each.host.hostId)
    if (history === undefined || each.outcome.outcome !== 'probed' || !hasChanged(each)) return each
    const { host, outcome } = each
    const count = countFlapping(history, at.getTime(), flapping)
    if (count !== null) {
      const windowMinutes = flapping.windowMs / MINUTE_MS
      const { status } = outcome.step.next
      changes.push({ host, event: flappingStarted(host.hostId, { changes: count, windowMinutes, status }) })
    }
    return {
      ...each,
      outcome: {
        ...outcome,
        ...(history.isInMaintenance && { inMaintenance: true }),
        ...(count !== null && { flappingChanges: count }),
      },
    }
  })
  return { judged: noticed, changes }
}

const hasChanged = ({ outcome }: JudgedHost): boolean =>
  outcome.outcome === 'probed' && outcome.step.transition !== null
