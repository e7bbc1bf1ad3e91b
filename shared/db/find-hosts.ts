import { type HostId, isUuid } from '../domain/ids.ts'
import type { AnySql } from './client.ts'

export type FoundHost = {
  readonly id: HostId
  readonly hostname: string
  readonly address: string
  readonly port: number
}

/** Enough to show that a name is not enough. */
const MAX_FOUND = 10

/**
 * The hosts of the fleet that have this id or name (in whatever case), or this address; ten at most. `address`
 * is null where the text is none: PostgreSQL would refuse it.
 */
export function findHosts(sql: AnySql, text: string, address: string | null): Promise<FoundHost[]> {
  return sql<FoundHost[]>`
    select id, hostname, host(ip_address) as address, port
    from hosts
    where deleted_at is null
      and (id = ${isUuid(text) ? text : null}::uuid
        or ip_address = ${address}::inet
        or lower(hostname) = lower(${text}))
    order by hostname, ip_address, port, id
    limit ${MAX_FOUND}`
}
