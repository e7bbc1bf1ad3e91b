import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ROUTER = fileURLToPath(new URL('./router.ts', import.meta.url))

export type RoutedNetwork = AsyncDisposable & {
  /** Of the SSH server that answers at every address that is `local` to the router. */
  readonly sshPort: number
  /** Runs `ip` at the prober, with its arguments separated by spaces. */
  readonly atProber: (command: string) => void
  /** Runs `ip` at the router. */
  readonly atRouter: (command: string) => Promise<void>
}

/**
 * Makes this process, which must be alone in its network namespace, a prober behind a router of Linux's own:
 * 10.98.0.0/16 and fd98::/16 lead there. What the router does with them is up to its routes; it has none yet.
 */
export async function startRoutedNetwork(): Promise<RoutedNetwork> {
  const router = spawn('unshare', ['--net', process.execPath, ROUTER], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [sshPort] = (await once(router, 'message')) as [number]
  const atProber = (command: string): void => {
    execFileSync('ip', command.split(' '))
  }
  const atRouter = async (command: string): Promise<void> => {
    router.send(command)
    await answerOf(router)
  }
  atProber('link set lo up')
  atProber('link add name prober type veth peer name router')
  atProber(`link set router netns ${router.pid}`)
  await atRouter('link set lo up')
  await atRouter('address add 10.98.0.2/24 dev router')
  await atRouter('address add fd98::2/64 dev router nodad')
  await atRouter('link set router up')
  atProber('address add 10.98.0.1/24 dev prober')
  atProber('address add fd98::1/64 dev prober nodad')
  atProber('link set prober up')
  atProber('route add 10.98.0.0/16 via 10.98.0.2')
  atProber('-6 route add fd98::/16 via fd98::2')
  return {
    sshPort,
    atProber,
    atRouter,
    [Symbol.asyncDispose]: async () => {
      router.disconnect()
      await once(router, 'exit')
    },
  }
}

async function answerOf(router: ChildProcess): Promise<void> {
  const ended = once(router, 'exit').then(() => {
    throw new Error('the router has ended: what it printed says why')
  })
  await Promise.race([once(router, 'message'), ended])
}
