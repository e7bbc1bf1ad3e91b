import { startLoopbackHost } from '../../../../infra/local/demonstration/loopback-host.ts'
import { probeSsh } from '../../../../shared/net/tcp-probe.ts'
import { HOSTILE_SERVERS, type HostileServer } from '../../../support/servers/hostile-server.ts'
import { columns } from '../figures.ts'
import { startBlackbox } from './blackbox.ts'
import { checkSsh } from './check-ssh.ts'
import type { Peer } from './find-peer.ts'

/** Whether it is a server of SSH 2 in a way that RFC 4253 allows or real ones have; null where one may differ. */
const SPEAKS_SSH: Readonly<Record<HostileServer, boolean | null>> = {
  healthy: true,
  slow: true,
  'identification with a bare line feed, then closed': true,
  'lines before the identification': true,
  'a 400-byte notice first': true,
  'one byte every 50 ms': true,
  'SSH-1.99': true,
  'no line end, held open': true,
  'no line end, closed': true,
  'ESC, NUL and bad UTF-8': true,
  'an endless identification': null,
  'Exceeded MaxStartups': false,
  'Not allowed at this time': false,
  'an HTTP answer': false,
  'an HTTP answer, held open': false,
  'SSH-1.5': false,
  'endless bytes': false,
  'endless lines': false,
  silence: false,
  'closed at once': false,
  'reset at once': false,
  'nothing listening': false,
}

export type Conclusion = { readonly isUp: boolean; readonly reason: string | null; readonly seconds: number }

export type HostileCase = {
  readonly server: HostileServer
  readonly speaksSsh: boolean | null
  readonly system: Conclusion
  /** Absent where it is not installed. */
  readonly blackbox: Conclusion | null
  readonly checkSsh: Conclusion | null
}

type Conclude = (port: number) => Promise<Omit<Conclusion, 'seconds'>>

const system: Conclude = async (port) => {
  const result = await probeSsh({ address: '127.0.0.1', port })
  if (result.kind === 'inconclusive') throw new Error(`inconclusive: ${result.reason}`)
  return result.kind === 'reachable'
    ? { isUp: true, reason: null }
    : { isUp: false, reason: result.errorType }
}

const upOrDown =
  (probe: (port: number) => Promise<boolean>): Conclude =>
  async (port) => ({ isUp: await probe(port), reason: null })

/** What everyone concludes of each server, one server after another for as long as it takes. */
export async function judgeHostile(
  programs: Readonly<Record<Peer, string | null>>,
  servers: readonly HostileServer[],
): Promise<HostileCase[]> {
  await using open = new AsyncDisposableStack()
  const exporter = programs.blackbox === null ? null : open.use(await startBlackbox(programs.blackbox, 1))
  const { checkSsh: plugin } = programs
  const cases: HostileCase[] = []
  for (const server of servers) {
    await using host = await startLoopbackHost(HOSTILE_SERVERS[server])
    cases.push({
      server,
      speaksSsh: SPEAKS_SSH[server],
      system: await timed(system, host.port),
      blackbox: exporter && (await timed(upOrDown(exporter.probe), host.port)),
      checkSsh:
        plugin === null
          ? null
          : await timed(
              upOrDown((port) => checkSsh(plugin, port)),
              host.port,
            ),
    })
  }
  return cases
}

async function timed(conclude: Conclude, port: number): Promise<Conclusion> {
  const startedAt = performance.now()
  const conclusion = await conclude(port)
  return { ...conclusion, seconds: (performance.now() - startedAt) / 1000 }
}

export const ALL_SERVERS = Object.keys(SPEAKS_SSH) as HostileServer[]

export function hostileTable(cases: readonly HostileCase[]): string {
  const cell = (conclusion: Conclusion | null, speaksSsh: boolean | null): string => {
    if (conclusion === null) return 'not installed'
    const { isUp, reason, seconds } = conclusion
    const said = isUp ? 'up' : 'down'
    const slow = seconds >= 0.5 ? ` after ${seconds.toFixed(1)} s` : ''
    return `${said}${reason === null ? '' : `: ${reason}`}${slow}${isUp === !speaksSsh && speaksSsh !== null ? '  WRONG' : ''}`
  }
  const wrong = (who: 'system' | 'blackbox' | 'checkSsh') => {
    const wrong = cases.filter((it) => it.speaksSsh !== null && it[who]?.isUp === !it.speaksSsh)
    return cases[0]?.[who] == null ? '' : String(wrong.length)
  }
  return columns([
    ['the server does', 'SSH 2', 'this system', 'blackbox_exporter', 'check_ssh'],
    ...cases.map(({ server, speaksSsh, ...said }) => [
      server,
      speaksSsh === null ? '–' : speaksSsh ? 'yes' : 'no',
      cell(said.system, speaksSsh),
      cell(said.blackbox, speaksSsh),
      cell(said.checkSsh, speaksSsh),
    ]),
    ['wrong', '', wrong('system'), wrong('blackbox'), wrong('checkSsh')],
  ])
}
