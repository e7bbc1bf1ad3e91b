import type { FleetHost } from '../../shared/contracts/fleet-row.ts'
import type { Sql } from '../../shared/db/client.ts'
import { findHosts } from '../../shared/db/find-hosts.ts'
import { UserError } from '../../shared/domain/errors.ts'

/**
 * The one host that is meant by an id, a name or an address.
 * @throws UserError where it is none, or more than one.
 */
export async function oneHost(sql: Sql, text: string): Promise<FleetHost> {
  const [host, ...others] = await findHosts(sql, text)
  const shown = JSON.stringify(text)
  if (host === undefined)
    throw new UserError([`--host ${shown}: no host of the fleet has that id, name or address`])
  if (others.length === 0) return host
  throw new UserError([
    `--host ${shown} is not one host: give the id of ${[host, ...others].map(described).join(', or of ')}`,
  ])
}

const described = ({ id, name, address, port }: FleetHost): string =>
  `${name} ${address.includes(':') ? `[${address}]` : address}:${port} (${id})`
