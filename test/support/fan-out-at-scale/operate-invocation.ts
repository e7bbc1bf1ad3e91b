/** A process with one cold command of the operate function; prints what it took and its answer. */
import { Writable } from 'node:stream'
import { createOperateHandler } from '../../../functions/operate/handler.ts'
import { operateDepsFromEnvironment } from '../../../functions/runtime/operate-ports.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { lambdaContext } from '../functions/probe.ts'

const [command = ''] = process.argv.slice(2)
const output = new Writable({ write: (_chunk, _encoding, done) => done() })
const telemetry = createTelemetry({ service: 'awareness-operate', stage: 'scale', output })
const deps = { ...operateDepsFromEnvironment(process.env), telemetry }
const startedAt = performance.now()
const answer = await createOperateHandler(deps)(JSON.parse(command), lambdaContext())
const seconds = (performance.now() - startedAt) / 1000
const residentMiB = process.resourceUsage().maxRSS / 1024
process.stdout.write(JSON.stringify({ seconds, residentMiB, answer }))
await deps.database.close()
