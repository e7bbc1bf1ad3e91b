import type { LivenessRecord } from '../domain/claim.ts'
import type { Tx } from './client.ts'

/**
 * One statement for any number of hosts. A host that was deleted meanwhile is left out. What a probe did not
 * learn stays: when the status last changed, what the server last called itself, the latest schedule served.
 */
export async function saveLiveness(tx: Tx, records: readonly LivenessRecord[]): Promise<void> {
  await tx`
    insert into host_liveness as l (
      host_id, reachability_status, last_probe_at, last_response_ms, consecutive_failures,
      consecutive_successes, last_state_change_at, last_error_type, ssh_identification, last_scheduled_for
    )
    select r.host_id, r.reachability_status, r.last_probe_at, r.last_response_ms, r.consecutive_failures,
           r.consecutive_successes, r.last_state_change_at, r.last_error_type, r.ssh_identification,
           r.last_scheduled_for
    from json_to_recordset(${tx.typed(records.map(asRow), JSON_OID)}) as r (
      host_id uuid, reachability_status text, last_probe_at timestamptz, last_response_ms integer,
      consecutive_failures integer, consecutive_successes integer, last_state_change_at timestamptz,
      last_error_type text, ssh_identification text, last_scheduled_for timestamptz
    )
    join hosts h on h.id = r.host_id
    on conflict (host_id) do update set
      reachability_status   = excluded.reachability_status,
      last_probe_at         = excluded.last_probe_at,
      last_response_ms      = excluded.last_response_ms,
      consecutive_failures  = excluded.consecutive_failures,
      consecutive_successes = excluded.consecutive_successes,
      last_state_change_at  = coalesce(excluded.last_state_change_at, l.last_state_change_at),
      last_error_type       = excluded.last_error_type,
      ssh_identification    = coalesce(excluded.ssh_identification, l.ssh_identification),
      last_scheduled_for    = greatest(excluded.last_scheduled_for, l.last_scheduled_for),
      updated_at            = now()`
}

/** Not jsonb: this is read once, and building jsonb first takes as long as reading it. */
const JSON_OID = 114

/** What is undefined is not sent at all, and read as null: most of these are, most of the time. */
const asRow = (record: LivenessRecord): Record<string, string | number | undefined> => ({
  host_id: record.hostId,
  reachability_status: record.reachability.status,
  last_probe_at: record.probedAt.toISOString(),
  last_response_ms: record.responseMs ?? undefined,
  consecutive_failures: record.reachability.consecutiveFailures,
  consecutive_successes: record.reachability.consecutiveSuccesses,
  last_state_change_at: record.stateChangedAt?.toISOString(),
  last_error_type: record.errorType ?? undefined,
  ssh_identification: record.identification ?? undefined,
  last_scheduled_for: record.scheduledFor?.toISOString(),
})
