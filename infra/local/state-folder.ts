import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../shared/domain/errors.ts'
import { ensureFolder } from './ensure-folder.ts'
import { isOpenToAll } from './postgres/binaries.ts'

const CLONE = fileURLToPath(new URL('../..', import.meta.url))

export type StateFolder = {
  readonly folder: string
  /** Why it is not in the clone; null when it is. */
  readonly reason: string | null
}

/**
 * The folder in which the state of one's own fleet is kept between runs, created if absent: `.local/` in the clone.
 * A server that root starts runs as another account; where that one may not enter the clone (under /root, say),
 * the state is kept in /var/tmp, in a folder of this clone's own.
 * @throws UserError where a file is in its place, or where it belongs to another account
 */
export function stateFolder(): StateFolder {
  if (process.getuid?.() !== 0 || isOpenToAll(CLONE)) {
    return { folder: ensureFolder(join(CLONE, '.local'), 0o755), reason: null }
  }
  const hash = createHash('sha256').update(CLONE).digest('hex').slice(0, 8)
  const folder = ensureFolder(`/var/tmp/fleet-awareness-${hash}`, 0o755)
  // Anybody may write to /var/tmp: what is there already must be ours.
  const found = lstatSync(folder)
  if (found.isDirectory() && found.uid === 0) {
    return { folder, reason: 'PostgreSQL does not run as root, and no other account may enter this folder' }
  }
  throw new UserError([`${folder} belongs to another user: it must be moved away`])
}
