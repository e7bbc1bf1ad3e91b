import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { type AddressClass, addressFault, ipv6Fault } from '../../shared/domain/addresses.ts'
import {
  type FleetHostChange,
  type FleetHostsAdded,
  type FleetHostsRemoved,
  fleetHostsAdded,
  fleetHostsRemoved,
} from '../../shared/domain/fleet-event.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import type { HostId } from '../../shared/domain/ids.ts'

export type ImportHostsPorts = {
  /** Whether probes can reach IPv6 hosts. */
  readonly hasIpv6: boolean
  /** The kinds of address that the policy lets probes connect to. */
  readonly allowedAddresses: () => Promise<ReadonlySet<AddressClass>>
  /** Adds and changes hosts under the name of their source, and returns what changed. */
  readonly saveHosts: (hosts: readonly FleetHost[], source: string) => Promise<readonly FleetHostChange[]>
  readonly saveEvent: (event: FleetHostsAdded) => Promise<void>
}

/**
 * Adds hosts and changes those that are there, or none of them where a probe may not connect to one. A large
 * file comes in parts: each is a transaction and an audit event of its own.
 */
export async function importHosts(
  ports: ImportHostsPorts,
  { hosts }: { readonly hosts: readonly FleetHost[] },
): Promise<AnswerOf<'import'>> {
  const allowed = await ports.allowedAddresses()
  const faults = hosts.flatMap(({ name, address }) => {
    const fault = addressFault(address, allowed) ?? (ports.hasIpv6 ? null : ipv6Fault(address))
    return fault === null ? [] : [`${name}: ${fault}`]
  })
  if (faults.length > 0) return { outcome: 'refused', faults: faults.slice(0, MAX_FAULTS) }
  const changes = await ports.saveHosts(hosts, IMPORT_SOURCE)
  const event = fleetHostsAdded(IMPORT_SOURCE, changes)
  if (event !== null) await ports.saveEvent(event)
  return { outcome: 'imported', changed: changes.length }
}

/** The source under which an operator's imports are recorded: all of them are one. */
const IMPORT_SOURCE = 'import'

/** Enough to see what is wrong. */
const MAX_FAULTS = 20

export type RemoveHostsPorts = {
  /** Marks hosts as gone, and returns those that were not gone yet. */
  readonly markHostsDeleted: (ids: readonly HostId[]) => Promise<readonly { readonly name: string }[]>
  readonly saveEvent: (event: FleetHostsRemoved) => Promise<void>
}

/** Removes the hosts that are listed, and no other: one that joins meanwhile is safe. */
export async function removeHosts(
  ports: RemoveHostsPorts,
  { hostIds }: { readonly hostIds: readonly HostId[] },
): Promise<AnswerOf<'remove'>> {
  const removed = await ports.markHostsDeleted(hostIds)
  const event = fleetHostsRemoved(IMPORT_SOURCE, removed)
  if (event !== null) await ports.saveEvent(event)
  return { removed: removed.length }
}
