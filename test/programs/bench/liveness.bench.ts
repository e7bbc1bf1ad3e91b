import { addHostsAt } from '../../support/hosts.ts'
import type { BenchDatabase } from '../../support/postgres/prepared-database.ts'
import { startFarm } from '../../support/servers/ssh-farm.ts'
import { bareProbe } from './bare-probe.ts'
import { type Figure, inTurn, median } from './figures.ts'
import { probeFunction } from './probe-function.ts'

const HOSTS = 500
const ROUNDS = 15
/** Invocations of one host in a round. */
const SEQUENTIAL = 300

/** How many hosts a second: one invocation of 500, and 500 invocations of one, beside bare sockets. */
export async function run(db: BenchDatabase): Promise<Figure[]> {
  await using farm = await startFarm(HOSTS, 'ssh')
  await using probe = probeFunction(db.as('awareness_probe'))
  const hosts = await addHostsAt(db.sql, farm.ports)

  const together = await inTurn(
    ROUNDS,
    () => Promise.all(farm.ports.map(bareProbe)),
    () => probe.invoke(hosts),
    farm.settled,
  )
  const oneByOne = await inTurn(
    ROUNDS,
    async () => {
      for (const port of farm.ports.slice(0, SEQUENTIAL)) await bareProbe(port)
    },
    async () => {
      for (const host of hosts.slice(0, SEQUENTIAL)) await probe.invoke([host])
    },
    farm.settled,
  )
  const ratio = ({ firstSeconds, secondSeconds }: typeof together): number =>
    median(firstSeconds.map((first, i) => first / (secondSeconds[i] ?? Number.NaN)))
  return [
    { name: 'bare node:net, 500 at once', value: HOSTS / median(together.firstSeconds), unit: 'hosts/s' },
    {
      name: 'one invocation of 500 hosts',
      value: HOSTS / median(together.secondSeconds),
      unit: 'hosts/s',
      ratio: { of: 'bare', value: ratio(together) },
      budget: { atLeast: 0.6 },
    },
    {
      name: 'bare node:net, one after another',
      value: SEQUENTIAL / median(oneByOne.firstSeconds),
      unit: 'hosts/s',
    },
    {
      name: 'one host an invocation',
      value: SEQUENTIAL / median(oneByOne.secondSeconds),
      unit: 'invocations/s',
      ratio: { of: 'bare', value: ratio(oneByOne) },
      budget: { atLeast: 0.1 },
    },
  ]
}
