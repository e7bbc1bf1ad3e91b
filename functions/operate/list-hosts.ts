import type { HostId } from '../../shared/domain/ids.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import type { AnswerOf, HostListing } from './answers.ts'
import type { EventOf } from './event.ts'

export type HostPageQuery = {
  readonly state: ReachabilityStatus | null
  readonly after: { readonly name: string; readonly id: HostId } | null
  readonly limit: number
}

export type ListHostsPorts = { readonly hostPage: (query: HostPageQuery) => Promise<HostListing[]> }

/** One page of the fleet, by name. It reads one host more than it gives: where there is none, this page is the last. */
export async function listHosts(
  { hostPage }: ListHostsPorts,
  { state, after, limit }: Omit<EventOf<'hosts'>, 'command'>,
): Promise<AnswerOf<'hosts'>> {
  const found = await hostPage({ state: state ?? null, after: after ?? null, limit: limit + 1 })
  const hosts = found.slice(0, limit)
  const last = found.length > limit ? hosts.at(-1) : undefined
  return { hosts, next: last === undefined ? null : { name: last.name, id: last.id } }
}
