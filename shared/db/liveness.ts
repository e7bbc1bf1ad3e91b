import type { ClaimedHost, HostInconclusive, HostObserved, ProbeResults } from '../domain/claim.ts'
import { type HostRecord, insertAuditEvents } from './audit-events.ts'
import type { Fragment, Tx } from './client.ts'
import { insertFlappingSpells } from './flapping.ts'

type Attempt = Pick<ProbeResults, 'attemptedAt' | 'scheduledFor'>

/**
 * Saves what became of hosts and reports what changed. The statements travel together. A host that was deleted
 * or started anew since it was claimed is left out, and so is its event: what was found out is not about it.
 */
export async function saveProbes(
  tx: Tx,
  { observed, inconclusive, ...attempt }: Omit<ProbeResults, 'changes' | 'suspect'>,
  events: readonly HostRecord[],
): Promise<void> {
  const isFlapping = ({ event }: HostRecord): boolean => event.action === 'host.flapping.started'
  const [flapping, changes] = [events.filter(isFlapping), events.filter((each) => !isFlapping(each))]
  const fresh = [...observed, ...inconclusive].flatMap(({ host }) =>
    host.incarnation === null ? [host] : [],
  )
  await Promise.all([
    fresh.length > 0 && insertFirstRows(tx, fresh),
    inconclusive.length > 0 && updateInconclusive(tx, attempt, inconclusive),
    observed.length > 0 && updateObserved(tx, attempt, observed),
    changes.length > 0 && insertAuditEvents(tx, changes, hasNotRestarted(tx)),
    // After the change that makes the host flapping: one statement gives out sequences in the order of ids.
    flapping.length > 0 && insertAuditEvents(tx, flapping, hasNotRestarted(tx)),
    flapping.length > 0 && insertFlappingSpells(tx, flapping, hasNotRestarted(tx)),
  ])
}

/** A host that started anew meanwhile has another incarnation; one that has not must wait for this transaction. */
const hasNotRestarted = (tx: Tx): Fragment => tx`
  exists (select from host_liveness l where l.host_id = r.host_id and l.incarnation = r.incarnation)`

/** Gives hosts the row that the other statements update; each is held, so that nobody deletes it before that. */
async function insertFirstRows(tx: Tx, hosts: readonly ClaimedHost[]): Promise<void> {
  const endpoints = hosts.map(({ hostId, address, port }) => ({ host_id: hostId, address, port }))
  await tx`
    insert into host_liveness (host_id, reachability_status, consecutive_failures, consecutive_successes)
    select id, 'unknown', 0, 0
    from hold_hosts(${tx.json(endpoints)}) as id
    on conflict (host_id) do nothing`
}

/** What is undefined is not sent at all, and read as null: most of these are, most of the time. */
type ObservedRow = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * What a probe did not learn stays: when the status last changed, what the server last called itself, the latest
 * occurrence served. In the order of ids, so that two who change many hosts at once do not deadlock.
 */
async function updateObserved(
  tx: Tx,
  { attemptedAt, scheduledFor }: Attempt,
  hosts: readonly HostObserved[],
): Promise<void> {
  await tx`
    update host_liveness l set
      reachability_status      = r.status,
      last_probe_at            = ${attemptedAt}::timestamptz,
      last_attempt_at          = ${attemptedAt}::timestamptz,
      last_inconclusive_reason = null,
      last_response_ms         = r.response_ms,
      consecutive_failures     = r.failures,
      consecutive_successes    = r.successes,
      last_state_change_at     = case when r.has_changed then ${attemptedAt}::timestamptz
                                      else l.last_state_change_at end,
      last_error_type          = r.error_type,
      ssh_identification       = coalesce(r.identification, l.ssh_identification),
      last_scheduled_for       = greatest(${scheduledFor}::timestamptz, l.last_scheduled_for),
      updated_at               = now()
    from (
      select host_id, incarnation, status, response_ms, failures, successes, has_changed, error_type, identification
      from json_to_recordset(${tx.typed(hosts.map(observedRow), JSON_OID)}) as r (
        host_id uuid, incarnation integer, status text, response_ms integer, failures integer, successes integer,
        has_changed boolean, error_type text, identification text
      )
      order by host_id
    ) r
    where l.host_id = r.host_id and l.incarnation = coalesce(r.incarnation, 0)`
}

/** The type is json, not jsonb: it is read once, and building jsonb first takes as long as reading it. */
const JSON_OID = 114

const observedRow = ({ host, reachability, ...found }: HostObserved): ObservedRow => ({
  host_id: host.hostId,
  incarnation: host.incarnation || undefined,
  status: reachability.status,
  response_ms: found.responseMs ?? undefined,
  failures: reachability.consecutiveFailures,
  successes: reachability.consecutiveSuccesses,
  has_changed: found.hasChanged || undefined,
  error_type: found.errorType ?? undefined,
  identification: found.identification ?? undefined,
})

/** Keeps that the hosts were attempted, and why that came to nothing. What is known of them stays. */
async function updateInconclusive(
  tx: Tx,
  { attemptedAt }: Attempt,
  hosts: readonly HostInconclusive[],
): Promise<void> {
  const rows = hosts.map(({ host, reason }) => ({
    host_id: host.hostId,
    incarnation: host.incarnation ?? 0,
    reason,
  }))
  await tx`
    update host_liveness l set
      last_attempt_at          = ${attemptedAt}::timestamptz,
      last_inconclusive_reason = r.reason,
      updated_at               = now()
    from (
      select host_id, incarnation, reason
      from jsonb_to_recordset(${tx.json(rows)}) as r (host_id uuid, incarnation integer, reason text)
      order by host_id
    ) r
    where l.host_id = r.host_id and l.incarnation = r.incarnation`
}
