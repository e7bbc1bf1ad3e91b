import { Writable } from 'node:stream'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import type { HostOutcome } from '../../../shared/contracts/probe-answer.ts'
import type { Connection } from '../../../shared/db/client.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { lambdaContext } from '../../support/functions/probe.ts'

export type ProbedHost = Extract<HostOutcome, { outcome: 'probed' }>

export type ProbeFunction = AsyncDisposable & {
  /** @throws if a host was not probed. */
  readonly invoke: (hostIds: readonly HostId[]) => Promise<ProbedHost[]>
}

/** The function as Lambda runs it: its real handler with log and metrics, and a database connection of its own. */
export function probeFunction(connection: Connection): ProbeFunction {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const database = openDatabase(connection)
  const telemetry = createTelemetry({ service: 'awareness-probe', stage: 'bench', output })
  const handler = createProbeHandler({ database, telemetry, now: () => new Date() })
  return {
    invoke: async (hostIds) => {
      const { outcomes } = await handler({ hostIds, cause: 'bench' }, lambdaContext())
      return outcomes.map((host) => {
        if (host.outcome !== 'probed') throw new Error(`not probed: ${JSON.stringify(host)}`)
        return host
      })
    },
    [Symbol.asyncDispose]: database.close,
  }
}
