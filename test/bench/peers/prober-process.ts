/** A prober in a process of its own, so that its CPU time and its memory are only its own. See `prober.ts`. */
import { connect } from 'node:net'
import type { Connection } from '../../../shared/db/client.ts'
import { probeFunction } from '../probe-function.ts'
import { type BenchHost, type Round, timeEach } from './contestant.ts'

export type ProberKind = 'bare' | 'system'

/** Connect, read the first bytes, close: the least that a prober can do. */
const bareProbe = ({ port }: BenchHost): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', autoSelectFamily: false })
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })

function prober(kind: ProberKind, connection: Connection): (hosts: readonly BenchHost[]) => Promise<Round> {
  if (kind === 'bare') return (hosts) => timeEach(hosts, hosts.length, bareProbe)
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
