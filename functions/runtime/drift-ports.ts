import * as z from 'zod'
import { createSqsClient, type RejectedMessage, sendToDeadLetters } from '../../shared/aws/queues.ts'
import { readPolicy } from '../../shared/db/policy.ts'
import { readScans } from '../../shared/db/scan-readings.ts'
import { storeVerdicts } from '../../shared/db/scan-verdicts.ts'
import type { Transactions } from '../../shared/db/transaction.ts'
import type { AuditRecord } from '../../shared/domain/audit-events.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import { readDriftPolicy } from '../../shared/domain/policy.ts'
import type { CompletedScan, JudgedScan } from '../../shared/domain/scan-reading.ts'
import { parseEnvironment } from './config.ts'
import { depsFromEnvironment, type FunctionDeps } from './deps.ts'

export type DriftDeps = FunctionDeps & {
  /** Sends a message that can never be judged to the dead-letter queue. */
  readonly reject: (message: RejectedMessage) => Promise<void>
}

/** The dependencies of the drift function, from its environment variables. */
export function driftDepsFromEnvironment(env: NodeJS.ProcessEnv): DriftDeps {
  const { DEAD_LETTER_QUEUE_URL: queueUrl } = parseEnvironment(env, { DEAD_LETTER_QUEUE_URL: z.url() })
  const client = createSqsClient()
  return {
    ...depsFromEnvironment(env, 'drift'),
    reject: (message) => sendToDeadLetters(client, queueUrl, message),
  }
}

/** The ports of the drift function. It reads in one snapshot, and writes only verdicts and audit events. */
export const driftPorts = (database: Transactions) => ({
  readAtOnce: (scans: readonly CompletedScan[]) =>
    database.transaction('snapshot', async (tx) => {
      const [policy, readings] = await Promise.all([readPolicy(tx), readScans(tx, scans)])
      return { policy: readDriftPolicy(policy), readings }
    }),
  store: (judged: readonly JudgedScan[], events: readonly Omit<AuditRecord, 'actorId'>[]) => {
    const records = events.map((event) => ({ ...event, actorId: FUNCTIONS.drift.service }))
    return database.transaction('write', (tx) => storeVerdicts(tx, judged, records))
  },
})
