/**
 * A program for a network namespace of its own: `npm start` watches two hosts behind a router, then the routes to
 * them are lost, and 45 minutes of fleet time later it is ended. Prints as JSON what `npm start` wrote.
 */
import { freshClone } from '../../support/clone.ts'
import { startRoutedNetwork } from '../../support/network/routed-network.ts'
import { until } from '../../support/until.ts'

/** A cadence of five minutes takes half a second. */
const SPEED = '600'
const LOST_FOR_MS = 45 * 60_000

await using network = await startRoutedNetwork()
const { atProber, atRouter, sshPort } = network
await atRouter('route add local 10.98.1.0/24 dev lo')
await atRouter('-6 route add local fd98:1::/64 dev lo')

using clone = freshClone()
const hosts = [`four,10.98.1.1,${sshPort}`, `six,fd98:1::1,${sshPort}`]
const fleet = clone.write('fleet.csv', ['name,address,port', ...hosts, ''].join('\n'))
const run = clone.start(['--hosts', fleet, '--speed', SPEED])
process.once('SIGTERM', () => {
  run.kill()
  process.exit(1)
})
const lines = (): string[] => run.output.stdout.trimEnd().split('\n')
const fleetTimeMs = (): number => Date.parse(lines().at(-1)?.split(' ', 1)[0] ?? '')
try {
  await until('both hosts are up', () => lines().filter((line) => line.includes('-> reachable')).length === 2)
  const lostAtMs = fleetTimeMs()
  atProber('route del 10.98.0.0/16')
  await atRouter('-6 route del local fd98:1::/64 dev lo')
  await atRouter('-6 route add prohibit fd98:1::/64')
  await until('45 minutes have passed', () => fleetTimeMs() > lostAtMs + LOST_FOR_MS)
  run.signalNpm('SIGINT')
  await run.ended
} finally {
  run.kill()
}
process.stdout.write(JSON.stringify(run.output))
