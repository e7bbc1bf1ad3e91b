import { type HostId, parseHostId } from './ids.ts'
import { uuidV5 } from './uuid-v5.ts'

/** No other product uses this namespace: it was drawn once at random. */
const NAMESPACE = '8d1c0a2e-5b7f-4c36-9d42-f1a70be65c13'

/**
 * The id of a host that was given none: a UUIDv5 of where it listens, so that reading the same fleet file
 * again finds the same hosts.
 */
export const deriveHostId = (address: string, port: number): HostId =>
  parseHostId(uuidV5(NAMESPACE, `${address} ${port}`))
