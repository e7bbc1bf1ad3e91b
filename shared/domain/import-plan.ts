import { hostIdOfEndpoint } from './endpoint-id.ts'
import type { FleetHost } from './fleet-host.ts'

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
 * the same address and port.
 */
export function planImport(file: readonly FleetHost[], present: readonly FleetHost[]): ImportPlan {
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

function adoptIds(file: readonly FleetHost[], present: readonly FleetHost[]): FleetHost[] {
  const idsByEndpoint = new Map(present.map(({ id, address, port }) => [`${address} ${port}`, id]))
  const taken = new Set<string>(file.map(({ id }) => id))
  return file.map((host) => {
    const id = idsByEndpoint.get(`${host.address} ${host.port}`)
    const isGivenId = host.id !== hostIdOfEndpoint(host.address, host.port)
    return isGivenId || id === undefined || taken.has(id) ? host : { ...host, id }
  })
}
