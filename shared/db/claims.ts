import type { ClaimedHost, ClaimedHosts } from '../domain/claim.ts'
import type { HostId } from '../domain/ids.ts'
import {
  type FlappingSettings,
  type HoldSettings,
  type PolicyValues,
  parseAllowedAddresses,
  readFlappingPolicy,
  readHoldPolicy,
  readHysteresis,
} from '../domain/policy.ts'
import type { ReachabilityStatus } from '../domain/reachability.ts'
import type { Tx } from './client.ts'
import { policyRow } from './policy.ts'
import { type HoldRow, parseHold } from './prober-hold.ts'

/** Keeps the keys of this guard apart from any other use of advisory locks in the same database. */
const PROBE_LOCK_NAMESPACE = 7_302_146

/**
 * Takes the lock of each host that exists and that nobody else is probing, and then reads its state and the policy.
 * The statements travel together, but each has a snapshot of its own: the state is read after the lock is held,
 * or a failure that the lock's last holder has just written would be lost.
 */
export async function claimHosts(tx: Tx, hostIds: readonly HostId[]): Promise<ClaimedHosts> {
  const [locks, states, policy] = await Promise.all([
    tryLocks(tx, hostIds),
    readStates(tx, hostIds),
    readProbeSettings(tx),
  ])
  const locked = new Map(locks.map(({ host_id, locked }) => [host_id, locked]))
  const hosts = states.filter(({ host_id }) => locked.get(host_id) === true).map(claimedHost)
  const inFlight = hostIds.filter((id) => locked.get(id) === false)
  // Also one that was deleted between the two statements.
  const accountedFor = new Set([...hosts.map(({ hostId }) => hostId), ...inFlight])
  return {
    hosts,
    inFlight,
    unknown: hostIds.filter((id) => !accountedFor.has(id)),
    thresholds: readHysteresis(policy),
    flapping: readFlappingPolicy(policy),
    allowedAddresses: parseAllowedAddresses(policy),
    hold: parseHold(policy),
    holdPolicy: readHoldPolicy(policy),
    measuredAt: policy.measured_at,
  }
}

type SettingsRow = HoldSettings &
  FlappingSettings &
  Pick<PolicyValues, 'failures_to_go_down' | 'successes_to_come_up' | 'allowed_addresses'> &
  HoldRow & { readonly measured_at: Date | null }

/** The part of the policy that probes go by, and whether the prober is trusted. */
async function readProbeSettings(tx: Tx): Promise<SettingsRow> {
  return policyRow(
    await tx<SettingsRow[]>`
      select p.failures_to_go_down, p.successes_to_come_up, p.allowed_addresses, p.confirm_after_seconds,
             p.hold_min_hosts, p.hold_above_percent, p.hold_at_most_minutes,
             p.flapping_changes, p.flapping_window_minutes, p.flapping_quiet_minutes,
             coalesce(h.state, 'trusted') as state, h.since, h.witness_answered_at, h.measured_at
      from policy p
      left join prober_hold h on true`,
  )
}

type LockRow = { host_id: HostId; locked: boolean }

/** The hosts are chosen first (materialized): a planner may call a function for rows it then filters away. */
const tryLocks = (tx: Tx, hostIds: readonly HostId[]): Promise<LockRow[]> => tx<LockRow[]>`
  with wanted as materialized (
    select h.id
    from hosts h
    where h.id = any (array(select jsonb_array_elements_text(${tx.json([...hostIds])})::uuid))
      and h.deleted_at is null
  )
  select id as host_id,
         pg_try_advisory_xact_lock(hashtextextended(id::text, ${PROBE_LOCK_NAMESPACE})) as locked
  from wanted`

type StateRow = {
  host_id: HostId
  address: string | null
  port: number
  incarnation: number | null
  reachability_status: ReachabilityStatus
  consecutive_failures: number
  consecutive_successes: number
  ssh_identification: string | null
  last_scheduled_for: Date | null
}

const readStates = (tx: Tx, hostIds: readonly HostId[]): Promise<StateRow[]> => tx<StateRow[]>`
  select h.id                                       as host_id,
         host(h.ip_address)                         as address,
         h.port,
         l.incarnation,
         coalesce(l.reachability_status, 'unknown') as reachability_status,
         coalesce(l.consecutive_failures, 0)        as consecutive_failures,
         coalesce(l.consecutive_successes, 0)       as consecutive_successes,
         l.ssh_identification,
         l.last_scheduled_for
  from hosts h
  left join host_liveness l on l.host_id = h.id
  where h.id = any (array(select jsonb_array_elements_text(${tx.json([...hostIds])})::uuid))
    and h.deleted_at is null`

const claimedHost = (row: StateRow): ClaimedHost => ({
  hostId: row.host_id,
  address: row.address ?? '',
  port: row.port,
  incarnation: row.incarnation,
  reachability: {
    status: row.reachability_status,
    consecutiveFailures: row.consecutive_failures,
    consecutiveSuccesses: row.consecutive_successes,
  },
  identification: row.ssh_identification,
  lastScheduledFor: row.last_scheduled_for,
})
