import type { FleetHost } from '../../shared/contracts/fleet-row.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import type { AnswerOf } from './answers.ts'

export type ImportHostsWorld = {
  /** Returns how many hosts are new or different now. */
  readonly upsertHosts: (hosts: readonly FleetHost[]) => Promise<number>
}

/** Adds hosts and changes those that are there. A large file comes in parts: each is a whole by itself. */
export async function importHosts(
  world: ImportHostsWorld,
  { hosts }: { readonly hosts: readonly FleetHost[] },
): Promise<AnswerOf<'import'>> {
  return { changed: await world.upsertHosts(hosts) }
}

export type RemoveHostsWorld = {
  /** Marks hosts as gone, and returns how many were not yet. */
  readonly markHostsDeleted: (ids: readonly HostId[]) => Promise<number>
}

/** Takes out the hosts that are named, and no other: one that joins meanwhile is safe. */
export async function removeHosts(
  world: RemoveHostsWorld,
  { hostIds }: { readonly hostIds: readonly HostId[] },
): Promise<AnswerOf<'remove'>> {
  return { removed: await world.markHostsDeleted(hostIds) }
}
