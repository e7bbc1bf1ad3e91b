import type { HostId } from './ids.ts'

/** A host of the fleet: what it is called, and where its SSH server listens. */
export type FleetHost = {
  readonly id: HostId
  readonly name: string
  /** IPv4 or IPv6, in its one canonical spelling. */
  readonly address: string
  readonly port: number
}

/** A host as a fleet file gives it: at an address, or by a host name for which an address was found. */
export type FileHost = FleetHost & {
  /** The host name in lower case; absent if the file gives the address itself. */
  readonly hostName?: string
}

/** A host of the fleet that a source has brought into it. */
export type SourcedHost = FleetHost & {
  /** Whether another source has brought the host into the fleet as well. */
  readonly isSharedWithOthers: boolean
}
