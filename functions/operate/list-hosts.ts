import type { AnswerOf, HostListing } from '../../shared/contracts/operate-answer.ts'
import type { RequestOf } from '../../shared/contracts/operate-request.ts'
import type { HostPageQuery } from '../../shared/domain/operator-queries.ts'

export type ListHostsPorts = { readonly hostPage: (query: HostPageQuery) => Promise<HostListing[]> }

/** Lists one page of the fleet by name. It reads one host more than it gives: without that one, this page is the last. */
export async function listHosts(
  { hostPage }: ListHostsPorts,
  { state, only, after, limit }: Omit<RequestOf<'hosts'>, 'command'>,
): Promise<AnswerOf<'hosts'>> {
  const found = await hostPage({
    state: state ?? null,
    only: only ?? null,
    after: after ?? null,
    limit: limit + 1,
  })
  const hosts = found.slice(0, limit)
  const last = found.length > limit ? hosts.at(-1) : undefined
  return { hosts, next: last === undefined ? null : { name: last.name, id: last.id } }
}
