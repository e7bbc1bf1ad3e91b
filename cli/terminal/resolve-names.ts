import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { canonicalAddress } from '../../shared/contracts/fleet-row.ts'
import type { HostNames } from '../../shared/contracts/judge-rows.ts'
import { UserError } from '../../shared/domain/errors.ts'

/** Finds the addresses of a host name, as every program on this machine does: hosts file, then DNS. */
export type LookUp = (name: string) => Promise<readonly string[]>

/** Resolves host names, each once however often it is asked for. */
export type NameResolver = (names: readonly string[]) => Promise<HostNames>

/** When host names in a fleet file are resolved: as it is read, or never, which makes them faults. */
export const RESOLVE_CHOICES = ['always', 'never'] as const
export type ResolveChoice = (typeof RESOLVE_CHOICES)[number]

/** @throws UserError for a text that is no choice. */
export function parseResolveChoice(text: string): ResolveChoice {
  const choice = RESOLVE_CHOICES.find((known) => known === text)
  if (choice !== undefined) return choice
  throw new UserError([`--resolve ${JSON.stringify(text)} is none of ${RESOLVE_CHOICES.join(', ')}`])
}

/** Enough to be quick, and few beside what a DNS server takes. */
const LOOKUPS_AT_ONCE = 16
/** Longer than a resolver's own first try takes to fail over to the next server: 5 s (resolv.conf(5)). */
const TIMEOUT_MS = 10_000

const lookUpWithSystem: LookUp = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address)

/** Creates a resolver. Its addresses are in a fixed order, whatever order DNS gives them in: IPv4 before IPv6. */
export function createNameResolver(lookUp: LookUp = lookUpWithSystem, timeoutMs = TIMEOUT_MS): NameResolver {
  const known = new Map<string, Awaited<ReturnType<typeof resolveName>>>()
  return async (names) => {
    const left = names.filter((name) => !known.has(name))
    const work = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        known.set(name, await resolveName(lookUp, name, timeoutMs))
      }
    }
    await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, work))
    return known
  }
}

async function resolveName(
  lookUp: LookUp,
  name: string,
  timeoutMs: number,
): Promise<{ addresses: string[] } | { fault: string }> {
  const timer = new AbortController()
  const tooLate = delay(timeoutMs, null, { signal: timer.signal }).catch(() => null)
  try {
    const found = await Promise.race([lookUp(name), tooLate])
    if (found === null) return { fault: `no answer within ${timeoutMs / 1000} s` }
    // An address that is valid on one interface only is nothing that a fleet can be probed by.
    const usable = found.filter((address) => !address.includes('%')).map(canonicalAddress)
    return usable.length > 0 ? { addresses: sortAddresses(usable) } : { fault: 'it has no address' }
  } catch (error) {
    return { fault: describeLookupError(error) }
  } finally {
    timer.abort()
  }
}

const sortAddresses = (addresses: readonly string[]): string[] =>
  [...new Set(addresses)].sort(
    (a, b) => Number(isIPv6(a)) - Number(isIPv6(b)) || a.localeCompare(b, 'en', { numeric: true }),
  )

const LOOKUP_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such name',
  EAI_AGAIN: 'DNS does not answer',
}

function describeLookupError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return LOOKUP_ERRORS[code] ?? (code || String(error))
}
