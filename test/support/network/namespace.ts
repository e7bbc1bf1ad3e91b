import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

/** root may make a network namespace; elsewhere a user namespace, where the machine allows one to anybody. */
const NAMESPACE =
  process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-current-user', '--keep-caps', '--net']

/** Why this machine gives no network namespace with a pair of interfaces in it; null where it does. */
export function namespaceRefusal(): string | null {
  const trial = 'ip link set lo up && ip link add name try0 type veth peer name try1'
  const { status, error, stderr } = spawnSync('unshare', [...NAMESPACE, 'sh', '-c', trial], {
    encoding: 'utf8',
  })
  return status === 0 ? null : (error?.message ?? stderr.trim())
}

/** Runs a program of ours in a network namespace of its own, and returns what it prints, which is JSON. */
export async function runInNamespace(program: string, args: readonly string[] = []): Promise<unknown> {
  const running = promisify(execFile)('unshare', [...NAMESPACE, process.execPath, program, ...args])
  const end = (): boolean => running.child.kill()
  process.once('exit', end)
  try {
    const { stdout } = await running
    return JSON.parse(stdout)
  } finally {
    process.off('exit', end)
  }
}
