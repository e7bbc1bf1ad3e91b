import type { FleetHost } from './fleet-host.ts'
import type { HostId } from './ids.ts'

/** A machine as its cloud lists it, among those that are tagged for the fleet. */
export type ListedMachine = { readonly id: HostId; readonly name: string } & (
  | { readonly state: 'running'; readonly host: FleetHost }
  /** It is being started, and answers nobody yet. */
  | { readonly state: 'starting' }
  /** It is stopped or terminated, or it is on its way there. */
  | { readonly state: 'gone' }
  /** It runs, and something that a probe needs is missing or wrong. */
  | { readonly state: 'unusable'; readonly fault: string }
)

export type InventoryPlan<Known extends FleetHost> = {
  /** Hosts that the fleet does not have from this source, or has otherwise. */
  readonly save: readonly FleetHost[]
  /** Hosts that leave the fleet. */
  readonly leave: readonly Known[]
  /** Hosts that are listed no longer, and stay because they are too many at once. */
  readonly kept: readonly Known[]
}

/**
 * Compares what a source lists with the hosts that it has brought into the fleet.
 *
 * A machine that is listed as gone leaves at once: an Auto Scaling group may shrink by as much as it likes. A machine
 * that is just not listed any more may have lost its tag, and so may all of them by one mistake: of those at most
 * `removeAtMostPercent` of the source's hosts leave in one run, and one host always may. If there are more, all stay.
 */
export function planInventory<Known extends FleetHost>(
  listed: readonly ListedMachine[],
  known: readonly Known[],
  removeAtMostPercent: number,
): InventoryPlan<Known> {
  const states = new Map(listed.map(({ id, state }) => [id, state]))
  const knownById = new Map(known.map((host) => [host.id, host]))
  const missing = known.filter(({ id }) => !states.has(id))
  const gone = known.filter(({ id }) => states.get(id) === 'gone')
  const mayLeave = Math.max(1, Math.floor((known.length * removeAtMostPercent) / 100))
  const isRefused = missing.length > mayLeave
  return {
    save: listed.flatMap((machine) => {
      if (machine.state !== 'running') return []
      const before = knownById.get(machine.id)
      return before !== undefined && isSameHost(before, machine.host) ? [] : [machine.host]
    }),
    leave: isRefused ? gone : [...gone, ...missing],
    kept: isRefused ? missing : [],
  }
}

const isSameHost = (a: FleetHost, b: FleetHost): boolean =>
  a.name === b.name && a.address === b.address && a.port === b.port
