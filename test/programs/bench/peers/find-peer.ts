import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A prober that others use, and the Debian package that has it. */
export const PEERS = {
  blackbox: { program: 'prometheus-blackbox-exporter', debianPackage: 'prometheus-blackbox-exporter' },
  checkSsh: { program: 'check_ssh', debianPackage: 'monitoring-plugins-basic' },
} as const
export type Peer = keyof typeof PEERS

/** Where monitoring plugins are: Debian and Fedora keep them off the PATH. */
const PLUGIN_FOLDERS = ['/usr/lib/nagios/plugins', '/usr/lib64/nagios/plugins', '/usr/lib/monitoring-plugins']

/** Where programs and plugins usually are. */
export const usualFolders = (path: string): string[] => [
  ...path.split(delimiter).filter((folder) => folder !== ''),
  ...PLUGIN_FOLDERS,
]

/** The file to run, or null if it is not installed. */
export function findPeer(peer: Peer, folders: readonly string[]): string | null {
  const files = folders.map((folder) => join(folder, PEERS[peer].program))
  return files.find(isExecutable) ?? null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const howToInstall = (peer: Peer): string =>
  `${PEERS[peer].program} is not installed, and is left out. On Debian or Ubuntu: apt-get install ${PEERS[peer].debianPackage}`
