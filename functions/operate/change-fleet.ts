import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { type AddressClass, addressFault } from '../../shared/domain/addresses.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import type { HostId } from '../../shared/domain/ids.ts'

export type ImportHostsPorts = {
  /** The kinds of address that the policy lets probes connect to. */
  readonly allowedAddresses: () => Promise<ReadonlySet<AddressClass>>
  /** Returns how many hosts are new or different now. */
  readonly upsertHosts: (hosts: readonly FleetHost[]) => Promise<number>
}

/**
 * Adds hosts and changes those that are there, or none of them where a probe may not connect to one. A large
 * file comes in parts: each is a whole by itself.
 */
export async function importHosts(
  ports: ImportHostsPorts,
  { hosts }: { readonly hosts: readonly FleetHost[] },
): Promise<AnswerOf<'import'>> {
  const allowed = await ports.allowedAddresses()
  const faults = hosts.flatMap(({ name, address }) => {
    const fault = addressFault(address, allowed)
    return fault === null ? [] : [`${name}: ${fault}`]
  })
  if (faults.length > 0) return { outcome: 'refused', faults: faults.slice(0, MAX_FAULTS) }
  return { outcome: 'imported', changed: await ports.upsertHosts(hosts) }
}

/** Enough to see what is wrong. */
const MAX_FAULTS = 20

export type RemoveHostsPorts = {
  /** Marks hosts as gone, and returns how many were not yet. */
  readonly markHostsDeleted: (ids: readonly HostId[]) => Promise<number>
}

/** Removes the hosts that are listed, and no other: one that joins meanwhile is safe. */
export async function removeHosts(
  ports: RemoveHostsPorts,
  { hostIds }: { readonly hostIds: readonly HostId[] },
): Promise<AnswerOf<'remove'>> {
  return { removed: await ports.markHostsDeleted(hostIds) }
}
