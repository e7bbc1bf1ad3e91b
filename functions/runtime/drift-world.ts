import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import { readDriftPolicy } from '../../shared/db/drift-policy.ts'
import { readScans } from '../../shared/db/scan-readings.ts'
import type { Database } from '../../shared/db/transaction.ts'
import type { DriftReport } from '../../shared/domain/drift-event.ts'
import type { CompletedScan } from '../../shared/domain/scan-reading.ts'

export const DRIFT_SERVICE = 'awareness-drift'

/** The world of the drift function: it reads in one snapshot, and writes nothing but audit events. */
export const driftWorld = (database: Database) => ({
  readAtOnce: (scans: readonly CompletedScan[]) =>
    database.transaction('snapshot', async (tx) => {
      const [policy, readings] = await Promise.all([readDriftPolicy(tx), readScans(tx, scans)])
      return { policy, readings }
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
