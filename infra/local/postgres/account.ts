import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

export type Account = { readonly uid: number; readonly gid: number }

/** One of them is on every Linux and macOS, so that no account has to be created on somebody's machine. */
const CANDIDATES = ['postgres', 'nobody']

/**
 * The account that runs a server which refuses to be root; null where this program is not root itself. Where
 * `folder` has data already, it is the account to which they belong: a user's state stays the user's.
 */
export function accountForServer(folder?: string): Account | null {
  if (process.getuid?.() !== 0) return null
  const owner = folder === undefined ? undefined : statSync(join(folder, 'data'), { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid > 0) return { uid: owner.uid, gid: owner.gid }
  for (const name of CANDIDATES) {
    const account = lookUp(name)
    if (account !== null) return account
  }
  throw new Error(
    `PostgreSQL does not run as root, and there is no account ${CANDIDATES.join(' or ')} to run it`,
  )
}

function lookUp(name: string): Account | null {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    const account = { uid: id('-u'), gid: id('-g') }
    return account.uid > 0 ? account : null
  } catch {
    return null
  }
}
