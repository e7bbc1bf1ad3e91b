/** A process with one cold invocation of the hosts on its command line; prints its seconds and its memory. */
import { parseHostId } from '../../../shared/domain/ids.ts'
import { secondsOf } from './figures.ts'
import { probeFunction } from './probe-function.ts'

const [connection, hostIds] = process.argv.slice(2)
await using probe = probeFunction(JSON.parse(connection ?? ''))
const hosts = (JSON.parse(hostIds ?? '[]') as string[]).map(parseHostId)
const seconds = await secondsOf(() => probe.invoke(hosts))
process.stdout.write(JSON.stringify({ seconds, residentMiB: process.resourceUsage().maxRSS / 1024 }))
