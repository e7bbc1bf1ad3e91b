import * as z from 'zod'
import { createSqsClient, type RejectedMessage, sendToDeadLetters } from '../../shared/aws/queues.ts'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import { readPolicy } from '../../shared/db/policy.ts'
import { readScans } from '../../shared/db/scan-readings.ts'
import type { Database } from '../../shared/db/transaction.ts'
import type { DriftReport } from '../../shared/domain/drift-event.ts'
import { driftPolicyOf } from '../../shared/domain/policy.ts'
import type { CompletedScan } from '../../shared/domain/scan-reading.ts'
import { parseEnvironment } from './config.ts'
import { depsFromEnvironment, type FunctionDeps } from './deps.ts'

export const DRIFT_SERVICE = 'awareness-drift'

export type DriftDeps = FunctionDeps & {
  /** Puts a message where messages go that can never be judged. */
  readonly reject: (message: RejectedMessage) => Promise<void>
}

/** Of the drift function, from its environment variables. */
export function driftDepsFromEnvironment(env: NodeJS.ProcessEnv): DriftDeps {
  const { DEAD_LETTER_QUEUE_URL: queueUrl } = parseEnvironment(env, { DEAD_LETTER_QUEUE_URL: z.url() })
  const client = createSqsClient()
  return {
    ...depsFromEnvironment(env, DRIFT_SERVICE),
    reject: (message) => sendToDeadLetters(client, queueUrl, message),
  }
}

/** The ports of the drift function: it reads in one snapshot, and writes nothing but audit events. */
export const driftPorts = (database: Database) => ({
  readAtOnce: (scans: readonly CompletedScan[]) =>
    database.transaction('snapshot', async (tx) => {
      const [policy, readings] = await Promise.all([readPolicy(tx), readScans(tx, scans)])
      return { policy: driftPolicyOf(policy), readings }
    }),
  store: (reports: readonly DriftReport[]) =>
    database.transaction('write', (tx) => insertAuditEvents(tx, reports.map(auditRecord))),
})

const auditRecord = ({ id, scanId, occurredAt, event }: DriftReport) => ({
  id,
  correlationId: scanId,
  actorId: DRIFT_SERVICE,
  occurredAt,
  event,
})
