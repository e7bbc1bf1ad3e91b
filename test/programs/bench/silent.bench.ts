import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { addHostsAt } from '../../support/hosts.ts'
import type { BenchDatabase } from '../../support/postgres/prepared-database.ts'
import { startFarm } from '../../support/servers/ssh-farm.ts'
import type { Figure } from './figures.ts'

const HOSTS = 500
const INVOCATION = fileURLToPath(new URL('./silent-invocation.ts', import.meta.url))

/** One invocation whose hosts all accept and then say nothing, in a process of its own. */
export async function run(db: BenchDatabase): Promise<Figure[]> {
  await using farm = await startFarm(HOSTS, 'silent')
  const hosts = await addHostsAt(db.sql, farm.ports)
  const args = [INVOCATION, JSON.stringify(db.as('awareness_probe')), JSON.stringify(hosts)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { seconds, residentMiB } = JSON.parse(stdout) as { seconds: number; residentMiB: number }
  return [
    { name: '500 silent hosts', value: seconds, unit: 's', budget: { atMost: 6 } },
    { name: '500 silent hosts, most resident', value: residentMiB, unit: 'MiB', budget: { atMost: 128 } },
  ]
}
