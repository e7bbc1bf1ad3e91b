import type { Describes } from './audit-event-shape.ts'
import type { ScanKey } from './scan-reading.ts'

/** What was taken back with a scan. */
export type ForgottenScan = {
  /** When the scan was complete. */
  readonly completedAt: Date
  /** How many rules it had evaluated, as far as that is known, and how many of them it had changed. */
  readonly rules: number
  readonly changes: number
}

export type ScanForgotten = Describes<
  'scan.forgotten',
  'warning',
  {
    readonly host_id: string
    readonly scan_id: string
    /** ISO 8601. */
    readonly completed_at: string
    readonly rules: number
    readonly changes: number
  }
>

/** The event of a scan that an operator has taken back out of state and log. */
export const scanForgotten = (
  { hostId, scanId }: ScanKey,
  { completedAt, rules, changes }: ForgottenScan,
): ScanForgotten => ({
  action: 'scan.forgotten',
  severity: 'warning',
  outcome: 'success',
  resourceType: 'host',
  resourceId: hostId,
  detail: { host_id: hostId, scan_id: scanId, completed_at: completedAt.toISOString(), rules, changes },
})
