import type {
  AnswerOf,
  EventListing,
  HostDetail,
  HostSchedule,
} from '../../shared/contracts/operate-answer.ts'
import type { RequestOf } from '../../shared/contracts/operate-request.ts'
import { MINUTE_MS, nextOccurrenceMs } from '../../shared/domain/cadence.ts'
import { HostIdList } from '../../shared/domain/host-id-list.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { type SchedulePolicy, scheduleOfHost, sharesSchedules } from '../../shared/domain/schedule-plan.ts'

const RECENT_EVENTS = 10

type FoundHost = Extract<AnswerOf<'host'>, { outcome: 'found' }>

export type ShowHostPorts = {
  readonly hostDetail: (id: HostId) => Promise<HostDetail | null>
  readonly maintenancesOf: (id: HostId) => Promise<FoundHost['maintenances']>
  readonly recentEvents: (id: HostId, limit: number) => Promise<EventListing[]>
  readonly schedulePolicy: () => Promise<SchedulePolicy>
  /** The ids of all live hosts. */
  readonly hostIds: () => Promise<HostIdList>
  /** Whether Scheduler has the schedule of this name, and no change of it is pending. */
  readonly isScheduleApplied: (name: string) => Promise<boolean>
}

/** Reads all that is known of a host, and computes when it is probed next. */
export async function showHost(
  ports: ShowHostPorts,
  { hostId }: Pick<RequestOf<'host'>, 'hostId'>,
  now: Date,
): Promise<AnswerOf<'host'>> {
  const host = await ports.hostDetail(hostId)
  if (host === null) return { outcome: 'unknown_host' }
  const maintenances = await ports.maintenancesOf(hostId)
  const events = await ports.recentEvents(hostId, RECENT_EVENTS)
  return { outcome: 'found', host, maintenances, schedule: await findSchedule(ports, hostId, now), events }
}

/** The schedule that the fan-out plans for the host, by the same plan. */
async function findSchedule(ports: ShowHostPorts, hostId: HostId, now: Date): Promise<HostSchedule> {
  const policy = await ports.schedulePolicy()
  // Who shares a schedule with a host depends on the whole fleet: how full the others make its bucket.
  const hosts = sharesSchedules(policy) ? await ports.hostIds() : HostIdList.of([hostId])
  const spec = scheduleOfHost(hostId, hosts, policy)
  const next = nextOccurrenceMs(now.getTime(), spec.periodMinutes * MINUTE_MS, spec.phaseMs)
  return {
    name: spec.name,
    state: (await ports.isScheduleApplied(spec.name)) ? 'applied' : 'pending',
    period_minutes: spec.periodMinutes,
    hosts: spec.hostIds.length,
    next_probe_at: new Date(next).toISOString(),
  }
}
