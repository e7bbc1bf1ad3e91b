import { classifyAddress } from '../domain/addresses.ts'
import { parseEndpoint } from '../domain/endpoint.ts'
import type { FleetHost } from '../domain/fleet-host.ts'
import { isUuid } from '../domain/ids.ts'
import type { AnySql } from './client.ts'

/** Enough to show that a name is not enough. */
const MAX_FOUND = 10

/**
 * Finds the hosts of the fleet that have this id or name (in whatever case), this address, or this address and port
 * as tables print them (`192.0.2.1:22`); ten at most.
 */
export function findHosts(sql: AnySql, text: string): Promise<FleetHost[]> {
  // PostgreSQL refuses a text that is no UUID or no address where it expects one.
  const id = isUuid(text) ? text : null
  const endpoint = parseEndpoint(text)
  const address = endpoint?.address ?? (classifyAddress(text) === null ? null : text)
  return sql<FleetHost[]>`
    select id, hostname as name, host(ip_address) as address, port
    from hosts
    where deleted_at is null
      and (id = ${id}::uuid
        or (ip_address = ${address}::inet and port = coalesce(${endpoint?.port ?? null}::integer, port))
        or lower(hostname) = lower(${text}))
    order by hostname, ip_address, port, id
    limit ${MAX_FOUND}`
}
