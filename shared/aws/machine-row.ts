import { FleetRow } from '../contracts/fleet-row.ts'
import type { FleetHost } from '../domain/fleet-host.ts'
import type { HostId } from '../domain/ids.ts'
import { PORT_TAG } from '../domain/inventory-source.ts'

/** What a cloud says of a machine: whatever people have typed into its tags. */
export type MachineRow = {
  readonly id: HostId
  readonly name: string
  /** Undefined where the machine has none. */
  readonly address: string | undefined
  /** The text of the port's tag; undefined where it has none. */
  readonly port: string | undefined
}

/** The host that a machine is, or what is wrong with it. */
export function parseMachine(row: MachineRow): { readonly host: FleetHost } | { readonly fault: string } {
  if (row.address === undefined) return { fault: 'it has no private address' }
  const parsed = FleetRow.safeParse(row)
  if (parsed.success) return { host: parsed.data }
  const faults = parsed.error.issues.map(({ path, message }) =>
    path[0] === 'port' ? `tag ${PORT_TAG}: ${message}` : message,
  )
  return { fault: faults.join('; ') }
}
