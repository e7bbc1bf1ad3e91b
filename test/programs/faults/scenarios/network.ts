import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Row } from '../scenario.ts'

const PROGRAM = fileURLToPath(new URL('./black-hole.ts', import.meta.url))

/** root may; elsewhere a user namespace, where the machine allows one to anybody. */
const NAMESPACE =
  process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-current-user', '--keep-caps', '--net']

/** Runs the black hole in a namespace, or says why this machine lets nobody do that. */
export async function playBlackHole(): Promise<Row | { readonly skipped: string }> {
  const trial = spawnSync('unshare', [...NAMESPACE, 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' })
  if (trial.status !== 0) {
    const why = trial.error?.message ?? trial.stderr.trim()
    return {
      skipped: `the network of the hosts black-holed: this machine gives no network namespace (${why})`,
    }
  }
  const running = promisify(execFile)('unshare', [...NAMESPACE, process.execPath, PROGRAM])
  const end = (): boolean => running.child.kill()
  process.once('exit', end)
  const { stdout } = await running
  process.off('exit', end)
  return JSON.parse(stdout) as Row
}
