/** A prober in a process of its own, so that its CPU time and its memory are only its own. See `prober.ts`. */
import type { Connection } from '../../../../shared/db/client.ts'
import { bareProbe } from '../bare-probe.ts'
import { probeFunction } from '../probe-function.ts'
import { type BenchHost, type Round, timeEach } from './contestant.ts'

export type ProberKind = 'bare' | 'system'

function prober(kind: ProberKind, connection: Connection): (hosts: readonly BenchHost[]) => Promise<Round> {
  if (kind === 'bare') return (hosts) => timeEach(hosts, hosts.length, ({ port }) => bareProbe(port))
  const probe = probeFunction(connection)
  return async (hosts) => {
    const startedAt = performance.now()
    const outcomes = await probe.invoke(hosts.map(({ id }) => id))
    const seconds = (performance.now() - startedAt) / 1000
    return {
      seconds,
      latenciesMs: outcomes.map(({ result }) =>
        result.kind === 'reachable' ? result.responseMs : Number.NaN,
      ),
    }
  }
}

const round = prober(process.argv[2] === 'bare' ? 'bare' : 'system', JSON.parse(process.argv[3] ?? '{}'))
process.on('message', async (hosts: readonly BenchHost[]) => process.send?.(await round(hosts)))
process.once('disconnect', () => process.exit(0))
process.send?.('ready')
