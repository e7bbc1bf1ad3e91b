import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import type { RequestOf } from '../../shared/contracts/operate-request.ts'
import { type ForgottenScan, type ScanForgotten, scanForgotten } from '../../shared/domain/scan-event.ts'
import type { ScanKey } from '../../shared/domain/scan-reading.ts'

export type ForgetScanPorts = {
  /** Takes a scan back out of state and log; null where the host has no such scan. */
  readonly forgetScan: (scan: ScanKey) => Promise<ForgottenScan | null>
  readonly saveEvent: (event: ScanForgotten) => Promise<void>
}

/** Takes a scan back out of state and log, and audits that, in one transaction. */
export async function forgetScan(
  ports: ForgetScanPorts,
  { hostId, scanId }: Omit<RequestOf<'scans.forget'>, 'command'>,
): Promise<AnswerOf<'scans.forget'>> {
  const forgotten = await ports.forgetScan({ hostId, scanId })
  if (forgotten === null) return { outcome: 'unknown_scan' }
  const event = scanForgotten({ hostId, scanId }, forgotten)
  await ports.saveEvent(event)
  return { outcome: 'forgotten', ...event.detail }
}
