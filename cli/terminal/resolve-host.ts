import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import type { FindHosts } from '../../shared/domain/scanned-host.ts'
import { EXIT } from './exit-codes.ts'
import { formatEndpoint } from './format.ts'
import { HostNotResolvedError } from './report-error.ts'

/** The error for a text that names no host of the fleet. */
export const noSuchHost = (text: string): HostNotResolvedError =>
  new HostNotResolvedError(
    `no host of the fleet has the name, address or id ${JSON.stringify(text)}`,
    EXIT.notFound,
  )

/**
 * Finds the one host that is meant by a name, an address or an id.
 * @throws HostNotResolvedError where it is none, or more than one.
 */
export async function resolveHost(findHosts: FindHosts, text: string): Promise<FleetHost> {
  const hosts = await findHosts(text)
  const [host] = hosts
  if (host === undefined) throw noSuchHost(text)
  if (hosts.length === 1) return host
  const candidates = hosts.map(
    ({ id, name, address, port }) => `${id} (${name}, ${formatEndpoint(address, port)})`,
  )
  throw new HostNotResolvedError(
    `${JSON.stringify(text)} is more than one host: give the id, ${candidates.join(' or ')}`,
    EXIT.badInput,
  )
}

/** As `resolveHost`, but takes an id at its word: a host that has left the fleet keeps its events. */
export async function resolveHostId(findHosts: FindHosts, text: string): Promise<string> {
  return isUuid(text) ? text.toLowerCase() : (await resolveHost(findHosts, text)).id
}
