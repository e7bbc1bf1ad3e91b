import type { ForgottenScan } from '../domain/scan-event.ts'
import type { ScanKey } from '../domain/scan-reading.ts'
import type { Tx } from './client.ts'
import { lockLogOfHost } from './transaction-log.ts'

/**
 * Takes a scan back out of state and log, as if it had never been recorded, and its verdict with it. Null where no
 * row shows that the scan was recorded for this host. No writer records a scan of the host until the transaction
 * ends.
 */
export async function forgetScan(tx: Tx, { hostId, scanId }: ScanKey): Promise<ForgottenScan | null> {
  await lockLogOfHost(tx, hostId)
  const [row] = await tx<ForgottenScan[]>`
    select completed_at as "completedAt", rules, changes
    from awareness_forget_scan(${hostId}, ${scanId})`
  return row ?? null
}
