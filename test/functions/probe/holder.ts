/** A process that probes the host named on its command line and never gets an answer: for killing and freezing. */

import { claimHosts } from '../../../shared/db/claims.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { parseHostId } from '../../../shared/domain/ids.ts'

const [connection, hostId] = process.argv.slice(2)
const database = openDatabase(JSON.parse(connection ?? ''))
await database.transaction('write', async (tx) => {
  const { hosts } = await claimHosts(tx, [parseHostId(hostId ?? '')])
  process.stdout.write(`holding ${hosts.length}\n`)
  await new Promise((resolve) => setTimeout(resolve, 600_000))
})
