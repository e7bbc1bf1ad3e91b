import { type AddressClass, addressFault, ipv6Fault } from '../../shared/domain/addresses.ts'
import {
  type FleetHostChange,
  type FleetHostsAdded,
  type FleetHostsRemoved,
  fleetHostsAdded,
  fleetHostsRemoved,
} from '../../shared/domain/fleet-event.ts'
import type { FleetHost, SourcedHost } from '../../shared/domain/fleet-host.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { type ListedMachine, planInventory } from '../../shared/domain/inventory.ts'
import { formatSource, type InventorySource } from '../../shared/domain/inventory-source.ts'

/** The hosts of the fleet, for one source, in one transaction. */
export type SourceFleet = {
  /** The kinds of address that the policy lets probes connect to. */
  readonly allowedAddresses: ReadonlySet<AddressClass>
  /** Whether probes can reach IPv6 hosts. */
  readonly hasIpv6: boolean
  /** From 1 to 100. */
  readonly removeAtMostPercent: number
  /** The hosts that this source has brought into the fleet. */
  readonly known: readonly SourcedHost[]
  /** Of `hosts`, the ids of those at whose address and port the fleet has another host. */
  readonly findOccupied: (hosts: readonly FleetHost[]) => Promise<ReadonlySet<HostId>>
  readonly saveHosts: (hosts: readonly FleetHost[]) => Promise<readonly FleetHostChange[]>
  /** Takes hosts out of the fleet, but those that another source has brought too. Returns those that left it. */
  readonly takeOut: (hosts: readonly SourcedHost[]) => Promise<readonly { readonly name: string }[]>
  readonly saveEvent: (event: FleetHostsAdded | FleetHostsRemoved) => Promise<void>
}

export type InventoryPorts = {
  readonly sources: readonly InventorySource[]
  /** Lists the machines that are tagged for the fleet, or of them the one instance. All pages, or it throws. */
  readonly list: (source: InventorySource, instanceId: string | null) => Promise<readonly ListedMachine[]>
  readonly inFleet: <T>(source: string, body: (fleet: SourceFleet) => Promise<T>) => Promise<T>
}

/** A machine that is listed, and is not in the fleet. */
export type LeftOut = { readonly name: string; readonly fault: string }

export type SourceOutcome = { readonly source: string } & (
  | {
      readonly outcome: 'taken'
      readonly listed: number
      readonly added: number
      readonly changed: number
      readonly removed: number
      /** Hosts that are listed no longer and stay, because they are more than may leave at once. */
      readonly kept: number
      readonly leftOut: readonly LeftOut[]
    }
  | { readonly outcome: 'failed'; readonly error: unknown }
)

/**
 * Brings the tagged machines of every source into the fleet, and takes out those that are gone. A source that cannot be
 * listed to its end changes nothing, and keeps no other source waiting.
 */
export async function takeInventory(
  ports: InventoryPorts,
  instanceId: string | null,
): Promise<SourceOutcome[]> {
  const outcomes: SourceOutcome[] = []
  for (const each of ports.sources) {
    const source = formatSource(each)
    const machines = await listed(ports, each, instanceId)
    outcomes.push(
      'error' in machines
        ? { source, outcome: 'failed', error: machines.error }
        : await ports.inFleet(source, (fleet) => update(fleet, source, machines.list, instanceId)),
    )
  }
  return outcomes
}

/** The database's faults end the run; those of a source, whatever they are, end only its own part. */
async function listed(
  { list }: Pick<InventoryPorts, 'list'>,
  source: InventorySource,
  instanceId: string | null,
): Promise<{ readonly list: readonly ListedMachine[] } | { readonly error: unknown }> {
  try {
    return { list: await list(source, instanceId) }
  } catch (error) {
    return { error }
  }
}

async function update(
  fleet: SourceFleet,
  source: string,
  machines: readonly ListedMachine[],
  instanceId: string | null,
): Promise<SourceOutcome> {
  const judged = machines.map((machine) => refuseAddress(machine, fleet))
  // Of one instance alone, nothing is known of the others.
  const ids = new Set(machines.map(({ id }) => id))
  const known = instanceId === null ? fleet.known : fleet.known.filter(({ id }) => ids.has(id))
  const plan = planInventory(judged, known, fleet.removeAtMostPercent)

  // First those that leave: another machine may have the address by now.
  const left = await fleet.takeOut(plan.leave)
  const occupied = await fleet.findOccupied(plan.save)
  const changes = await fleet.saveHosts(plan.save.filter(({ id }) => !occupied.has(id)))
  for (const event of [fleetHostsRemoved(source, left), fleetHostsAdded(source, changes)]) {
    if (event !== null) await fleet.saveEvent(event)
  }
  const added = changes.filter(({ isNew }) => isNew).length
  return {
    source,
    outcome: 'taken',
    listed: machines.length,
    added,
    changed: changes.length - added,
    removed: left.length,
    kept: plan.kept.length,
    leftOut: [...describeUnusable(judged), ...describeOccupied(plan.save, occupied)],
  }
}

/** A machine that no probe may connect to is as unusable as one without an address. */
function refuseAddress(
  machine: ListedMachine,
  { allowedAddresses, hasIpv6 }: Pick<SourceFleet, 'allowedAddresses' | 'hasIpv6'>,
): ListedMachine {
  if (machine.state !== 'running') return machine
  const { address } = machine.host
  const fault = addressFault(address, allowedAddresses) ?? (hasIpv6 ? null : ipv6Fault(address))
  return fault === null ? machine : { id: machine.id, name: machine.name, state: 'unusable', fault }
}

const describeUnusable = (machines: readonly ListedMachine[]): LeftOut[] =>
  machines.flatMap((machine) =>
    machine.state === 'unusable' ? [{ name: machine.name, fault: machine.fault }] : [],
  )

const describeOccupied = (hosts: readonly FleetHost[], occupied: ReadonlySet<HostId>): LeftOut[] =>
  hosts
    .filter(({ id }) => occupied.has(id))
    .map(({ name, address, port }) => ({
      name,
      fault: `the fleet has another host at ${address} port ${port}`,
    }))
