import { classifyAddress } from './addresses.ts'
import type { FleetHost } from './fleet-host.ts'

/** Finds the hosts of the fleet that a text may mean, by id, name or address: ten at most. */
export type FindHosts = (text: string) => Promise<readonly FleetHost[]>

/** Whose results they are, from most to least certain. */
export type HostHints = {
  /** The folder that a file is in, where that may be a host. */
  readonly folder: string | null
  /** The host that the file was written for, by id, name or address. */
  readonly host: string | null
  /** What the scanned machine calls itself, and its addresses. */
  readonly targets: readonly string[]
}

/** The host that results belong to, or why nobody can say. */
export type HostMatch =
  | { readonly match: 'found'; readonly host: FleetHost }
  /** `named`: the text that should have been a host; null where the machine itself was looked for, as `targets`. */
  | { readonly match: 'none'; readonly named: string | null; readonly targets: readonly string[] }
  | { readonly match: 'several'; readonly named: string | null; readonly hosts: readonly FleetHost[] }

/** A machine has fewer names and addresses. Each is one question to the database. */
const MAX_TARGETS = 50

/**
 * Finds the host that results belong to: the one that their folder is named after; else the one that they were written
 * for; else the only host of the fleet with a name or an address that the scanned machine has.
 */
export async function matchScannedHost(find: FindHosts, hints: HostHints): Promise<HostMatch> {
  const { folder, host, targets } = hints
  const inFolder = folder === null ? [] : await find(folder)
  if (inFolder.length > 0) return matchHosts(inFolder, folder, [])
  if (host !== null) return matchHosts(await find(host), host, [])
  const own = [...new Set(targets.map(canonicalTarget))]
    .filter((target) => !isEverybodys(target))
    .slice(0, MAX_TARGETS)
  const found = new Map<string, FleetHost>()
  for (const target of own) for (const each of await find(target)) found.set(each.id, each)
  return matchHosts([...found.values()], null, own)
}

function matchHosts(
  hosts: readonly FleetHost[],
  named: string | null,
  targets: readonly string[],
): HostMatch {
  const [host, ...others] = hosts
  if (host === undefined) return { match: 'none', named, targets }
  return others.length === 0 ? { match: 'found', host } : { match: 'several', named, hosts }
}

/** Whether every machine calls itself so. */
const isEverybodys = (target: string): boolean =>
  target === 'localhost' || classifyAddress(target) === 'loopback'

/** OpenSCAP writes IPv6 addresses in full, PostgreSQL in short. Names compare in lower case. */
export const canonicalTarget = (text: string): string =>
  text.includes(':') && URL.canParse(`http://[${text}]`)
    ? new URL(`http://[${text}]`).hostname.slice(1, -1)
    : text.toLowerCase()
