import type { AnswerOf, ScanListing } from '../../shared/contracts/operate-answer.ts'
import type { RequestOf } from '../../shared/contracts/operate-request.ts'
import type { HostId } from '../../shared/domain/ids.ts'

export type ListScansPorts = {
  /** Whether the host is in the fleet, or was. */
  readonly isHost: (id: HostId) => Promise<boolean>
  /** The newest scans of a host that were judged, newest first. */
  readonly verdicts: (id: HostId, limit: number) => Promise<ScanListing[]>
}

/** Lists the newest scans of a host with the verdict on each, newest first. */
export async function listScans(
  { isHost, verdicts }: ListScansPorts,
  { hostId, limit }: Omit<RequestOf<'scans'>, 'command'>,
): Promise<AnswerOf<'scans'>> {
  const found = await verdicts(hostId, limit + 1)
  if (found.length === 0 && !(await isHost(hostId))) return { outcome: 'unknown_host' }
  return { outcome: 'found', scans: found.slice(0, limit), more: found.length > limit }
}
