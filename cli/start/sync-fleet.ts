import type { LocalDatabase } from '../../infra/local/postgres/local-database.ts'
import { listHosts, markHostsDeleted, upsertHosts } from '../../shared/db/hosts.ts'
import { hostIdOfEndpoint } from '../../shared/domain/endpoint-id.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { planImport } from '../../shared/domain/import-plan.ts'

/** A statement of this many takes some tens of milliseconds: the progress shown moves. */
const HOSTS_PER_STATEMENT = 5000

export type FleetChange = {
  /** The fleet as it is now in the database. */
  readonly hosts: readonly FleetHost[]
  /** Hosts that the file no longer has, marked as deleted. */
  readonly removed: number
  /** Hosts of a shared database that are not in the file, and are none of this program's business. */
  readonly others: number
}

/** Makes the fleet in the database that of the file. */
export async function syncFleet(
  { owner, isShared }: LocalDatabase,
  file: readonly FleetHost[],
  onProgress: (loaded: number, total: number) => void,
): Promise<FleetChange> {
  const { hosts, missing } = planImport(file, await listHosts(owner))
  // In a database that others use, only those go that a fleet file brought: their ids show it.
  const gone = isShared
    ? missing.filter((host) => host.id === hostIdOfEndpoint(host.address, host.port))
    : missing
  if (gone.length > 0) {
    await markHostsDeleted(
      owner,
      gone.map(({ id }) => id),
    )
  }
  for (let loaded = 0; loaded < hosts.length; loaded += HOSTS_PER_STATEMENT) {
    onProgress(loaded, hosts.length)
    await upsertHosts(owner, hosts.slice(loaded, loaded + HOSTS_PER_STATEMENT))
  }
  onProgress(hosts.length, hosts.length)
  return { hosts, removed: gone.length, others: missing.length - gone.length }
}
