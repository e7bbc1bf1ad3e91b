import type { HostListing } from '../../shared/contracts/operate-answer.ts'

/** Why nothing is known of a host, or nothing newer than its last probe; null where its last attempt had a result. */
export function describeInconclusive(host: HostListing): string | null {
  if (host.last_inconclusive_reason === null) return null
  const what = host.last_probe_at === null ? 'never probed' : 'last attempt without result'
  return `${what}: ${host.last_inconclusive_reason}`
}
