/** Probes one address for each way in which a network can fail, and prints what each probe found, as JSON. */
import { probeSsh } from '../../shared/net/tcp-probe.ts'
import { startRoutedNetwork } from '../support/network/routed-network.ts'

await using network = await startRoutedNetwork()
const { atProber, atRouter } = network
for (const [subnet, kind] of ['local', 'unreachable', 'prohibit', 'blackhole'].entries()) {
  const device = kind === 'local' ? ' dev lo' : ''
  await atRouter(`route add ${kind} 10.98.${subnet + 1}.0/24${device}`)
  await atRouter(`-6 route add ${kind} fd98:${subnet + 1}::/64${device}`)
}
atProber('route add prohibit 10.97.0.0/16')
atProber('-6 route add prohibit fd97::/64')

const ADDRESSES = {
  answers: ['10.98.1.1', 'fd98:1::1'],
  'unreachable at the router': ['10.98.2.1', 'fd98:2::1'],
  'prohibited at the router': ['10.98.3.1', 'fd98:3::1'],
  'a black hole at the router': ['10.98.4.1', 'fd98:4::1'],
  'without a route at the router': ['10.98.5.1', 'fd98:5::1'],
  'without a route at the prober': ['10.99.0.1', 'fd99::1'],
  'prohibited at the prober': ['10.97.0.1', 'fd97::1'],
}
const found = await Promise.all(
  Object.entries(ADDRESSES).map(async ([way, addresses]) => {
    const results = await Promise.all(
      addresses.map((address) => probeSsh({ address, port: network.sshPort })),
    )
    return [way, results.map((result) => ('errorType' in result ? result.errorType : result.kind))]
  }),
)
process.stdout.write(JSON.stringify(Object.fromEntries(found)))
