import type { AfterMaintenance } from '../domain/digest-item.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { Fragment, Tx } from './client.ts'
import { type DriftColumns, driftColumns, driftNews } from './digest-drift.ts'

/**
 * What people were not told of while hosts were under maintenance, by the event that reported its end: hosts that went
 * down or came back in it and have stayed so, and their drift. A host that is in another maintenance is left to that.
 */
export async function readLeftByMaintenance(
  tx: Tx,
  endEventIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, readonly AfterMaintenance[]>> {
  const [states, drifts] = await Promise.all([
    readStates(tx, ended(tx, endEventIds, now)),
    readDrifts(tx, ended(tx, endEventIds, now)),
  ])
  return new Map(
    endEventIds.map((id) => [
      id,
      [
        ...states.filter(({ end_event_id }) => end_event_id === id).map(stateLeft),
        ...drifts.filter(({ end_event_id }) => end_event_id === id).flatMap(driftLeft),
      ],
    ]),
  )
}

type HostRow = {
  readonly end_event_id: string
  readonly id: string
  readonly hostname: string
  readonly address: string
  readonly port: number
  readonly occurred_at: Date
}

const ended = (tx: Tx, endEventIds: readonly string[], now: Date): Fragment => tx`
  with ended as materialized (
    select m.end_event_id, h.id, h.hostname, host(h.ip_address) as address, h.port,
           m.quiet_since, m.ends_at, m.was_down
    from maintenance_hosts m
    join hosts h on h.id = m.host_id and h.deleted_at is null
    where m.end_event_id = any (array(select jsonb_array_elements_text(${tx.json([...endEventIds])})::uuid))
      and not exists (
        select from maintenance_hosts o where o.host_id = m.host_id and o.starts_at <= ${now} and o.ends_at > ${now}
      )
  )`

type StateRow = HostRow & {
  readonly status: ReachabilityStatus
  readonly error_type: string | null
  readonly flapping_since: Date | null
}

const readStates = (tx: Tx, withEnded: Fragment): Promise<StateRow[]> => tx<StateRow[]>`
  ${withEnded}
  select e.end_event_id, e.id, e.hostname, e.address, e.port,
         coalesce(l.last_state_change_at, e.ends_at) as occurred_at,
         l.reachability_status as status, l.last_error_type as error_type, s.started_at as flapping_since
  from ended e
  join host_liveness l on l.host_id = e.id
  left join flapping_spells s on s.host_id = e.id and s.stopped_at is null
  where case when s.started_at is not null then s.started_at >= e.quiet_since
             else l.reachability_status = 'unreachable' or (l.reachability_status = 'reachable' and e.was_down) end
  order by e.hostname, e.id`

type DriftRow = HostRow & DriftColumns

/** With an index on the resource, whatever the number of other events. */
const readDrifts = (tx: Tx, withEnded: Fragment): Promise<DriftRow[]> => tx<DriftRow[]>`
  ${withEnded}
  select e.end_event_id, e.id, e.hostname, e.address, e.port, a.occurred_at, ${driftColumns(tx)}
  from ended e
  join audit_events a
    on a.resource_type = 'host' and a.resource_id = e.id::text
   and a.occurred_at >= e.quiet_since and a.occurred_at < e.ends_at
  where a.action = 'compliance.drift.detected' and a.actor_id = 'awareness-drift'
  order by a.occurred_at, a.id`

const describeHost = ({ occurred_at, id, hostname, address, port }: HostRow) => ({
  occurredAt: occurred_at,
  host: { id, name: hostname, address, port },
  isQuiet: false,
})

function stateLeft(row: StateRow): AfterMaintenance {
  const { status: to, error_type: errorType, flapping_since: since } = row
  if (since !== null)
    return { ...describeHost(row), occurredAt: since, what: 'flapping', status: to, changes: null }
  const from = to === 'reachable' ? 'unreachable' : 'reachable'
  return { ...describeHost(row), what: 'status', after: 'maintenance', from, to, errorType }
}

function driftLeft(row: DriftRow): AfterMaintenance[] {
  const news = driftNews(row)
  return news === null ? [] : [{ ...describeHost(row), ...news }]
}
