import type { HostId } from '../domain/ids.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { SettledHost } from '../domain/settled-host.ts'
import type { Tx } from './client.ts'

/** Hosts that are looked at in one minute: the others are looked at in the next. */
const MAX_HOSTS = 20_000
/** As long as maintenances are kept: an event may be published as late as that. */
const KEEP_DAYS = 400

type SpellRow = {
  readonly host_id: HostId
  readonly started_at: Date
  readonly last_change_at: Date
  readonly status: ReachabilityStatus
}

/** Lists the flapping hosts that changed last before a time, those that have been quiet for longest first. */
export async function listQuietFlappingHosts(tx: Tx, before: Date): Promise<SettledHost[]> {
  const rows = await tx<SpellRow[]>`
    select s.host_id, s.started_at, greatest(l.last_state_change_at, s.started_at) as last_change_at,
           coalesce(l.reachability_status, 'unknown') as status
    from flapping_spells s
    left join host_liveness l on l.host_id = s.host_id
    where s.stopped_at is null and greatest(l.last_state_change_at, s.started_at) <= ${before}
    order by last_change_at
    limit ${MAX_HOSTS}`
  return rows.map((row) => ({
    hostId: row.host_id,
    status: row.status,
    startedAt: row.started_at,
    lastChangeAt: row.last_change_at,
  }))
}

export type FlappingEnd = { readonly hostId: HostId; readonly stoppedAt: Date }

/** Ends the flapping of these hosts, and forgets what ended long ago. Returns the hosts that were still flapping. */
export async function stopFlapping(tx: Tx, ends: readonly FlappingEnd[], now: Date): Promise<Set<HostId>> {
  const rows = await tx<{ host_id: HostId }[]>`
    update flapping_spells s
    set stopped_at = greatest(s.started_at, e.stopped_at)
    from jsonb_to_recordset(${tx.json(ends.map(({ hostId, stoppedAt }) => ({ host_id: hostId, stopped_at: stoppedAt.toISOString() })))})
      as e (host_id uuid, stopped_at timestamptz)
    where s.host_id = e.host_id and s.stopped_at is null
    returning s.host_id`
  await tx`delete from flapping_spells where stopped_at < ${now}::timestamptz - ${KEEP_DAYS} * interval '1 day'`
  return new Set(rows.map(({ host_id }) => host_id))
}

/** How many hosts of the fleet are flapping. */
export async function countFlappingHosts(tx: Tx): Promise<number> {
  const [row] = await tx<{ hosts: number }[]>`
    select count(*)::integer as hosts
    from flapping_spells s
    join hosts h on h.id = s.host_id and h.deleted_at is null
    where s.stopped_at is null`
  return row?.hosts ?? 0
}
