import * as z from 'zod'
import type { CompletedScan } from '../domain/scan-reading.ts'

/** What a scanner sends when a scan is complete and its rows are committed. Further fields are ignored. */
export const ScanCompleted = z.object({
  event: z.literal('scan.completed'),
  version: z.literal(1),
  host_id: z.guid().describe('The host, by its id in the table hosts.'),
  scan_id: z.guid().describe('The scan, as host_rule_state.last_scan_id and transactions.scan_id have it.'),
  completed_at: z.iso
    .datetime({ offset: true })
    .describe('When the scan was complete, RFC 3339 with an offset or Z.'),
})
export type ScanCompleted = z.output<typeof ScanCompleted>

/** The message that announces a scan. `readScanCompleted` reads it. */
export const scanCompleted = ({ hostId, scanId, completedAtMs }: CompletedScan): ScanCompleted => ({
  event: 'scan.completed',
  version: 1,
  host_id: hostId,
  scan_id: scanId,
  completed_at: new Date(completedAtMs).toISOString(),
})

/** The message as JSON Schema, for scanner teams: docs/scan-completed.schema.json. */
export const scanCompletedSchema = (): object => ({
  title: 'scan.completed, version 1',
  ...z.toJSONSchema(ScanCompleted, { io: 'input' }),
})

/** Why a message can never be judged: the value of its attribute `reason` in the dead-letter queue. */
export type RejectionReason = 'malformed_json' | 'wrong_shape' | 'unknown_host'

export type ReadMessage =
  | { readonly scan: CompletedScan }
  | { readonly reason: RejectionReason; readonly detail: string }

/** Parses the body of a message. The ids are in lower case, as PostgreSQL prints them. */
export function readScanCompleted(body: string): ReadMessage {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (error) {
    return { reason: 'malformed_json', detail: error instanceof Error ? error.message : String(error) }
  }
  const { success, data, error } = ScanCompleted.safeParse(json)
  if (!success) return { reason: 'wrong_shape', detail: z.prettifyError(error) }
  return {
    scan: {
      hostId: data.host_id.toLowerCase(),
      scanId: data.scan_id.toLowerCase(),
      completedAtMs: Date.parse(data.completed_at),
    },
  }
}
