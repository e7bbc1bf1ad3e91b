import { createProbeLambda, type FunctionSurroundings } from '../../infra/local/functions.ts'
import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import { listStatuses } from '../../shared/db/fleet-view.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { MAX_HOSTS_PER_INVOCATION } from '../../shared/domain/schedules.ts'

/** One host after one pass: also a line of `--once --json`, so its names are a contract. */
export type OnceResult = {
  readonly host_id: string
  readonly name: string
  readonly address: string
  readonly port: number
  readonly status: ReachabilityStatus
  readonly outcome: HostOutcome['outcome']
  readonly response_ms: number | null
  readonly error_type: string | null
  readonly ssh_identification: string | null
  /** Why the probe was inconclusive; null where it was not. */
  readonly reason: string | null
}

/** Probes every host once, with the function that AWS would call, and yields results as each invocation ends. */
export async function* probeOnce(
  surroundings: FunctionSurroundings,
  hosts: readonly FleetHost[],
  stop: AbortSignal,
): AsyncGenerator<OnceResult[]> {
  const probe = createProbeLambda(surroundings)
  try {
    for (let done = 0; done < hosts.length && !stop.aborted; done += MAX_HOSTS_PER_INVOCATION) {
      const chunk = hosts.slice(done, done + MAX_HOSTS_PER_INVOCATION)
      const { outcomes } = await probe.invoke({ hostIds: chunk.map(({ id }) => id), cause: 'once' })
      yield await joinResults(surroundings, chunk, outcomes)
    }
  } finally {
    await probe.drain()
  }
}

async function joinResults(
  { database }: FunctionSurroundings,
  hosts: readonly FleetHost[],
  outcomes: readonly HostOutcome[],
): Promise<OnceResult[]> {
  const rows = await listStatuses(
    database.owner,
    hosts.map(({ id }) => id),
  )
  const statuses = new Map(rows.map(({ id, status }) => [id, status]))
  const outcomesById = new Map<string, HostOutcome>(outcomes.map((outcome) => [outcome.hostId, outcome]))
  return hosts.map((host) => {
    const outcome = outcomesById.get(host.id)
    if (outcome === undefined) throw new Error(`the probe function said nothing of host ${host.id}`)
    return onceResult(host, outcome, statuses.get(host.id) ?? 'unknown')
  })
}

function onceResult(host: FleetHost, outcome: HostOutcome, status: ReachabilityStatus): OnceResult {
  const result = outcome.outcome === 'probed' ? outcome.result : null
  return {
    host_id: host.id,
    name: host.name,
    address: host.address,
    port: host.port,
    status,
    outcome: outcome.outcome,
    response_ms: result?.kind === 'reachable' ? result.responseMs : null,
    error_type: result?.kind === 'unreachable' ? result.errorType : null,
    ssh_identification: result?.kind === 'reachable' ? result.identification : null,
    reason: outcome.outcome === 'inconclusive' ? outcome.reason : null,
  }
}
