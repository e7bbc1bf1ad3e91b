import type { LocalDatabase } from '../../infra/local/postgres/local-database.ts'
import { hostIdOfEndpoint } from '../../shared/contracts/endpoint-id.ts'
import type { FleetHost } from '../../shared/contracts/fleet-row.ts'
import { listHosts, markHostsDeleted, upsertHosts } from '../../shared/db/hosts.ts'

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
  fileHosts: readonly FleetHost[],
  onProgress: (loaded: number, total: number) => void,
): Promise<FleetChange> {
  const present = await listHosts(owner)
  const hosts = adopted(fileHosts, present)
  const inFile = new Set<string>(hosts.map(({ id }) => id))
  const missing = present.filter(({ id }) => !inFile.has(id))
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

/** A host that the file gives no id is the one that the database has at the same address and port. */
export function adopted(
  fileHosts: readonly FleetHost[],
  present: readonly Pick<FleetHost, 'id' | 'address' | 'port'>[],
): FleetHost[] {
  const idsByEndpoint = new Map(present.map(({ id, address, port }) => [`${address} ${port}`, id]))
  const taken = new Set<string>(fileHosts.map(({ id }) => id))
  return fileHosts.map((host) => {
    const id = idsByEndpoint.get(`${host.address} ${host.port}`)
    const isGivenId = host.id !== hostIdOfEndpoint(host.address, host.port)
    return isGivenId || id === undefined || taken.has(id) ? host : { ...host, id }
  })
}
