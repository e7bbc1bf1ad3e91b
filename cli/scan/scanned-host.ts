import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import {
  canonicalTarget,
  type FindHosts,
  type HostMatch,
  matchScannedHost,
} from '../../shared/domain/scanned-host.ts'
import type { ScanFile } from '../../shared/scans/scan-file.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { HostNotResolvedError } from '../terminal/report-error.ts'
import { noSuchHost, resolveHost } from '../terminal/resolve-host.ts'

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
  return chooseHost(await matchScannedHost(find, { folder, host: scan.host, targets: scan.targets }))
}

function chooseHost(match: HostMatch): FleetHost | Promise<FleetHost> {
  if (match.match === 'found') return match.host
  if (match.match === 'none') {
    if (match.named !== null) throw noSuchHost(match.named)
    const names =
      match.targets.length === 0
        ? 'the results name no machine'
        : `no host of the fleet is ${listed(match.targets)}`
    throw new HostNotResolvedError(`${names}: give --host`, EXIT.notFound)
  }
  if (match.named !== null) return resolveHost(async () => match.hosts, match.named)
  const names = listed(match.hosts.map(({ name, address }) => `${name} (${address})`))
  throw new HostNotResolvedError(`the results fit more than one host, ${names}: give --host`, EXIT.badInput)
}

const listed = (items: readonly string[]): string =>
  items.slice(0, 3).join(', ') + (items.length > 3 ? ` and ${items.length - 3} more` : '')

/**
 * Returns a note where the results come from a machine with other names and addresses than the host. Those seen from
 * inside a machine need not be those of the fleet, so this is no error.
 */
export function noteOfOtherTarget(host: FleetHost, targets: readonly string[]): string | null {
  const own = new Set([host.id, host.name, host.address].map(canonicalTarget))
  if (targets.length === 0 || targets.some((target) => own.has(canonicalTarget(target)))) return null
  return `note: the results are of ${targets.slice(0, 3).join(', ')}; recorded for ${host.name} ${host.address}`
}
