import { isIPv6 } from 'node:net'
import { classifyAddress } from '../../shared/domain/addresses.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import type { ScanFile } from '../../shared/scans/scan-file.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { HostNotResolvedError } from '../terminal/report-error.ts'
import { type FindHosts, resolveHost } from '../terminal/resolve-host.ts'

/** A machine has fewer names and addresses. Each is one question to the database. */
const MAX_TARGETS = 50

/** Whose results they are, from most to least certain. */
export type HostHints = {
  /** What the user typed. */
  readonly host: string | undefined
  /** The folder that a file is in, where that may be a host. */
  readonly folder: string | null
  readonly scan: Pick<ScanFile, 'host' | 'targets'>
}

/**
 * Finds the host that a file's results belong to: the one that was typed; else the one that its folder is named
 * after; else the one that the file was written for; else the only host of the fleet with a name or an address that
 * the scanned machine has.
 * @throws HostNotResolvedError where this is no host, or more than one.
 */
export async function findScannedHost(
  find: FindHosts,
  { host, folder, scan }: HostHints,
): Promise<FleetHost> {
  if (host !== undefined) return resolveHost(find, host)
  if (folder !== null && (await find(folder)).length > 0) return resolveHost(find, folder)
  if (scan.host !== null) return resolveHost(find, scan.host)
  return findByTargets(find, scan.targets)
}

async function findByTargets(find: FindHosts, targets: readonly string[]): Promise<FleetHost> {
  const own = [...new Set(targets.map(canonical))]
    .filter((target) => !isEverybodys(target))
    .slice(0, MAX_TARGETS)
  const found = new Map<string, FleetHost>()
  for (const target of own) for (const host of await find(target)) found.set(host.id, host)
  const [host, ...others] = found.values()
  if (host === undefined) {
    const names = own.length === 0 ? 'the results name no machine' : `no host of the fleet is ${listed(own)}`
    throw new HostNotResolvedError(`${names}: give --host`, EXIT.notFound)
  }
  if (others.length === 0) return host
  const names = listed([...found.values()].map(({ name, address }) => `${name} (${address})`))
  throw new HostNotResolvedError(`the results fit more than one host, ${names}: give --host`, EXIT.badInput)
}

const listed = (items: readonly string[]): string =>
  items.slice(0, 3).join(', ') + (items.length > 3 ? ` and ${items.length - 3} more` : '')

/** Whether every machine calls itself so. */
const isEverybodys = (target: string): boolean =>
  target === 'localhost' || classifyAddress(target) === 'loopback'

/**
 * Returns a note where the results come from a machine with other names and addresses than the host. Those seen from
 * inside a machine need not be those of the fleet, so this is no error.
 */
export function noteOfOtherTarget(host: FleetHost, targets: readonly string[]): string | null {
  const own = new Set([host.id, host.name, host.address].map(canonical))
  if (targets.length === 0 || targets.some((target) => own.has(canonical(target)))) return null
  return `note: the results are of ${targets.slice(0, 3).join(', ')}; recorded for ${host.name} ${host.address}`
}

/** OpenSCAP writes IPv6 addresses in full, PostgreSQL in short. */
const canonical = (text: string): string =>
  isIPv6(text) && URL.canParse(`http://[${text}]`)
    ? new URL(`http://[${text}]`).hostname.slice(1, -1)
    : text.toLowerCase()
