import type {
  AnswerOf,
  EventListing,
  HostDetail,
  HostSchedule,
} from '../../shared/contracts/operate-answer.ts'
import type { RequestOf } from '../../shared/contracts/operate-request.ts'
import { MINUTE_MS, nextOccurrenceMs } from '../../shared/domain/cadence.ts'
import type { FleetSnapshot } from '../../shared/domain/fleet-snapshot.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { planSchedules } from '../../shared/domain/schedule-plan.ts'

const RECENT_EVENTS = 10

export type ShowHostPorts = {
  readonly hostDetail: (id: HostId) => Promise<HostDetail | null>
  readonly recentEvents: (id: HostId, limit: number) => Promise<EventListing[]>
  readonly fleet: () => Promise<FleetSnapshot>
}

/** Reads all that is known of a host, and computes when it is probed next. */
export async function showHost(
  ports: ShowHostPorts,
  { hostId }: Pick<RequestOf<'host'>, 'hostId'>,
  now: Date,
): Promise<AnswerOf<'host'>> {
  const host = await ports.hostDetail(hostId)
  if (host === null) return { outcome: 'unknown_host' }
  const events = await ports.recentEvents(hostId, RECENT_EVENTS)
  return { outcome: 'found', host, schedule: scheduleOf(hostId, await ports.fleet(), now), events }
}

/** The whole fleet is planned, as the fan-out plans it: how full the others make a bucket decides who shares one. */
function scheduleOf(hostId: HostId, { hosts, policy, applied }: FleetSnapshot, now: Date): HostSchedule {
  const spec = planSchedules(hosts, policy).find(({ hostIds }) => hostIds.includes(hostId))
  if (spec === undefined) throw new Error(`host ${hostId} is in no schedule of the plan`)
  const next = nextOccurrenceMs(now.getTime(), spec.periodMinutes * MINUTE_MS, spec.phaseMs)
  return {
    name: spec.name,
    state: applied.get(spec.name) ? 'applied' : 'pending',
    period_minutes: spec.periodMinutes,
    hosts: spec.hostIds.length,
    next_probe_at: new Date(next).toISOString(),
  }
}
