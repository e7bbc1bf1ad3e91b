/**
 * A process with one cold run of the fan-out, its environment as in Lambda; prints what it took and did. It has no
 * deadline, as a busy machine may take any time: SIGTERM makes it stop making changes, as its time limit does in Lambda.
 */
import { fanOut } from '../../../functions/fan-out/reconcile.ts'
import { fanOutDepsFromEnvironment, fanOutPorts } from '../../../functions/runtime/fan-out-ports.ts'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const deps = fanOutDepsFromEnvironment(process.env)
const startedAt = performance.now()
const ports = fanOutPorts(deps, 'at-scale', new AbortController().signal)
const { schedules, sweep } = await fanOut(ports, { sweep: process.argv[2] === 'sweep' }, stop.signal)
const seconds = (performance.now() - startedAt) / 1000
const residentMiB = process.resourceUsage().maxRSS / 1024
process.stdout.write(JSON.stringify({ seconds, residentMiB, schedules, sweep }))
await deps.database.close()
