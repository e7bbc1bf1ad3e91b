/** A process with one invocation of the probe function, for killing and freezing: connection and host id as arguments. */
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { lambdaContext } from '../../support/functions/probe.ts'

const [connection, hostId] = process.argv.slice(2)
const handler = createProbeHandler({
  database: openDatabase(JSON.parse(connection ?? '')),
  telemetry: createTelemetry({ service: 'awareness-probe', stage: 'test' }),
  now: () => new Date(),
})
await handler({ hostIds: [hostId] }, lambdaContext())
