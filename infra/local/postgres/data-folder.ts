import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ensureFolder } from '../ensure-folder.ts'
import type { Account } from './account.ts'

/** Who signs in as the owner of everything in the server's databases. */
export const SUPERUSER = 'postgres'

const PARTIAL = '.partial-'

/** Creates the superuser's password if it is absent, and returns it. Two runs at once agree on one. */
export function preparePassword(folder: string, account: Account | null): string {
  const file = join(ensureFolder(folder, 0o700), 'password')
  if (!existsSync(file)) createFileOnce(file, randomBytes(24).toString('base64url'))
  if (account !== null) {
    chownSync(folder, account.uid, account.gid)
    chownSync(file, account.uid, account.gid)
  }
  return readFileSync(file, 'utf8').trim()
}

/** A file that appears whole or not at all, and stays as the first run has written it. */
function createFileOnce(file: string, text: string): void {
  const partial = `${file}${PARTIAL}${randomBytes(6).toString('hex')}`
  writeFileSync(partial, text, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(partial, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    rmSync(partial, { force: true })
  }
}

/**
 * Initialises the folder `data` below `folder`, unless it is there. It is made beside its place and then moved: a
 * server is never started on half of one, and of two runs at once the first one's is kept.
 */
export function initialiseData(initdb: string, folder: string, account: Account | null): string {
  const data = join(folder, 'data')
  if (existsSync(data)) return data
  const partial = mkdtempSync(`${data}${PARTIAL}`)
  try {
    if (account !== null) chownSync(partial, account.uid, account.gid)
    const files = ['--pgdata', partial, '--pwfile', join(folder, 'password')]
    const how = ['--username', SUPERUSER, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale']
    execFileSync(initdb, [...files, ...how, '--no-sync'], { ...account, stdio: 'pipe', cwd: folder })
    renameSync(partial, data)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(data)) throw error
  }
  return data
}

/** Removes what runs that were killed while they initialised have left. Only for the run whose server has started. */
export function removePartialData(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`data${PARTIAL}`)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}
