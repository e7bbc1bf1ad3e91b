import { type AddressClass, parseAddressClasses } from '../domain/addresses.ts'
import type { AnySql } from './client.ts'

/** The kinds of address that policy lets the prober connect to. */
export async function readAllowedAddresses(sql: AnySql): Promise<ReadonlySet<AddressClass>> {
  const [row] = await sql<{ allowed_addresses: string }[]>`select allowed_addresses from policy`
  return parseAddressClasses(row?.allowed_addresses ?? '') ?? new Set()
}

/** Lets the prober connect to its own machine, unless an operator has chosen what it may connect to. */
export async function allowLoopback(sql: AnySql): Promise<void> {
  await sql`
    update policy
    set allowed_addresses = 'global,private,loopback', updated_at = now()
    where allowed_addresses = 'global,private'`
}
