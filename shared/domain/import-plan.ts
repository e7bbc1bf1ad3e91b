import { deriveHostId } from './endpoint-id.ts'
import type { FileHost, FleetHost } from './fleet-host.ts'

/** What a fleet file asks for, beside the fleet as it is. */
export type ImportPlan = {
  /** The hosts of the file, each under the id that it has in the fleet. */
  readonly hosts: readonly FleetHost[]
  readonly added: readonly FleetHost[]
  readonly changed: readonly FleetHost[]
  readonly unchanged: number
  /** Hosts of the fleet that the file does not have. */
  readonly missing: readonly FleetHost[]
}

/**
 * Compares a fleet file with the fleet. A host to which the file gives no id is the one that the fleet has at
 * the same address and port; one that it gives by a host name keeps its id when its address changes.
 */
export function planImport(file: readonly FileHost[], present: readonly FleetHost[]): ImportPlan {
  const hosts = adoptIds(file, present)
  const byId = new Map(present.map((host) => [host.id, host]))
  const added = hosts.filter(({ id }) => !byId.has(id))
  const changed = hosts.filter((host) => {
    const known = byId.get(host.id)
    return known !== undefined && !isSame(host, known)
  })
  const inFile = new Set(hosts.map(({ id }) => id))
  return {
    hosts,
    added,
    changed,
    unchanged: hosts.length - added.length - changed.length,
    missing: present.filter(({ id }) => !inFile.has(id)),
  }
}

const isSame = (a: FleetHost, b: FleetHost): boolean =>
  a.name === b.name && a.address === b.address && a.port === b.port

/** An id that was derived from where a host is found, and not given by the file, may be another one in the fleet. */
function adoptIds(file: readonly FileHost[], present: readonly FleetHost[]): FleetHost[] {
  const presentIds = new Set<string>(present.map(({ id }) => id))
  const idsByEndpoint = new Map(present.map(({ id, address, port }) => [`${address} ${port}`, id]))
  const idsByName = new Map(present.map(({ id, name, port }) => [`${name} ${port}`, id]))
  const taken = new Set<string>(file.map(({ id }) => id))
  return file.map(({ hostName, ...host }) => {
    const isDerived = host.id === deriveHostId(hostName ?? host.address, host.port)
    const isKnownByName = hostName !== undefined && presentIds.has(host.id)
    if (!isDerived || isKnownByName) return host
    const atEndpoint = idsByEndpoint.get(`${host.address} ${host.port}`)
    const id = atEndpoint ?? (hostName === undefined ? undefined : idsByName.get(`${host.name} ${host.port}`))
    return id === undefined || taken.has(id) ? host : { ...host, id }
  })
}
