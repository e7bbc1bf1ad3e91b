import type { FleetHost } from '../../shared/contracts/fleet-row.ts'
import { adopted } from '../start/sync-fleet.ts'

/** What a fleet file asks for, beside the fleet as it is. */
export type ImportPlan = {
  readonly added: readonly FleetHost[]
  readonly changed: readonly FleetHost[]
  readonly unchanged: number
  /** Hosts of the fleet that the file does not have. */
  readonly missing: readonly FleetHost[]
}

/** A host that the file gives no id is the one that the fleet has at the same address and port. */
export function planImport(file: readonly FleetHost[], present: readonly FleetHost[]): ImportPlan {
  const hosts = adopted(file, present)
  const byId = new Map(present.map((host) => [host.id, host]))
  const added = hosts.filter(({ id }) => !byId.has(id))
  const changed = hosts.filter((host) => {
    const known = byId.get(host.id)
    return known !== undefined && !isSame(host, known)
  })
  const inFile = new Set(hosts.map(({ id }) => id))
  return {
    added,
    changed,
    unchanged: hosts.length - added.length - changed.length,
    missing: present.filter(({ id }) => !inFile.has(id)),
  }
}

const isSame = (a: FleetHost, b: FleetHost): boolean =>
  a.name === b.name && a.address === b.address && a.port === b.port
